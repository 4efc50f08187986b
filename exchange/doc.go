// Package exchange reads the scaling that people have (JSON of the AWS CLI, CloudFormation, terraform show -json) into a scenario,
// and writes the scaling of a scenario as what can be applied, or its traffic as a load test.
//
// Reading: a file becomes a tree of nodes that know their path and whether anybody has read them. Its kind is told by what is in
// it, never by its name. Templates and Terraform's values are brought into the shape of the API, so that one set of readers
// serves all three. Pieces of several files are joined by resource, dimension and the names of alarms and policies. What nobody
// has read in the end is listed with its path: nothing is dropped in silence.
//
// Writing: settings become a tree of resources in the shape of the API, and three printers write that tree. What has no
// counterpart there is refused by name, all of it at once, before anything is written.
package exchange
