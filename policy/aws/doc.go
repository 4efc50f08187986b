// Package aws is AWS Application Auto Scaling in AWS's own words: target tracking with its two CloudWatch alarms, step
// scaling behind an alarm of the user's, scheduled actions that move the limits, cooldowns, and what happens when several of
// them speak at once. Settings are the `scaling.aws` block of a scenario; New makes the policy.Scaler of one run from them.
//
// The order at one instant: scheduled actions move the limits (and the capacity into them); alarms look at the points that are
// visible; policies whose alarm is in ALARM say what capacity they want; one decision follows. Each rule is a pure function in
// a file of its own (alarm, statistic, step, tracking, cooldown, combine, cron) and the Scaler only strings them together.
//
// What AWS does not print is an Assume: a named choice with a default, which a scenario can set for all policies or for one.
package aws
