// Package plain is scaling in nobody's words: a target value for a metric, evaluated every so often over a look-back, and spare
// capacity, which keeps free slots and takes away only what is empty. They stand for the many autoscalers that do just this and
// have no family of their own here: Nomad's target-value strategy, a cron job with a formula, a cluster autoscaler with
// placeholders.
package plain
