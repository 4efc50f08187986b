package exchange

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"pgregory.net/rapid"
)

// schemas are the attributes and blocks of Terraform's resources as its provider documents them, by type and block.
var schemas = map[string][]string{
	"aws_appautoscaling_target":                 {"service_namespace", "resource_id", "scalable_dimension", "min_capacity", "max_capacity", "role_arn", "tags", "suspended_state"},
	"aws_appautoscaling_target.suspended_state": {"dynamic_scaling_in_suspended", "dynamic_scaling_out_suspended", "scheduled_scaling_suspended"},
	"aws_appautoscaling_policy": {"name", "policy_type", "resource_id", "scalable_dimension", "service_namespace", "step_scaling_policy_configuration",
		"target_tracking_scaling_policy_configuration"},
	"aws_appautoscaling_policy.step_scaling_policy_configuration":                 {"adjustment_type", "cooldown", "metric_aggregation_type", "min_adjustment_magnitude", "step_adjustment"},
	"aws_appautoscaling_policy.step_scaling_policy_configuration.step_adjustment": {"metric_interval_lower_bound", "metric_interval_upper_bound", "scaling_adjustment"},
	"aws_appautoscaling_policy.target_tracking_scaling_policy_configuration": {"target_value", "disable_scale_in", "scale_in_cooldown", "scale_out_cooldown",
		"predefined_metric_specification", "customized_metric_specification"},
	"aws_appautoscaling_policy.target_tracking_scaling_policy_configuration.predefined_metric_specification":            {"predefined_metric_type", "resource_label"},
	"aws_appautoscaling_policy.target_tracking_scaling_policy_configuration.customized_metric_specification":            {"metric_name", "namespace", "statistic", "unit", "dimensions"},
	"aws_appautoscaling_policy.target_tracking_scaling_policy_configuration.customized_metric_specification.dimensions": {"name", "value"},
	"aws_appautoscaling_scheduled_action": {"name", "service_namespace", "resource_id", "scalable_dimension", "schedule", "timezone", "start_time", "end_time",
		"scalable_target_action"},
	"aws_appautoscaling_scheduled_action.scalable_target_action":                        {"min_capacity", "max_capacity"},
	"aws_sagemaker_endpoint_configuration":                                              {"production_variants"},
	"aws_sagemaker_endpoint_configuration.production_variants":                          {"variant_name", "instance_type", "managed_instance_scaling"},
	"aws_sagemaker_endpoint_configuration.production_variants.managed_instance_scaling": {"status", "min_instance_count", "max_instance_count"},
	"aws_autoscaling_group": {"name", "min_size", "max_size", "desired_capacity", "default_cooldown", "default_instance_warmup", "termination_policies",
		"vpc_zone_identifier", "launch_template", "warm_pool", "max_instance_lifetime", "instance_maintenance_policy", "target_group_arns"},
	"aws_autoscaling_group.instance_maintenance_policy":     {"min_healthy_percentage", "max_healthy_percentage"},
	"aws_autoscaling_group.launch_template":                 {"id", "name", "version"},
	"aws_autoscaling_group.warm_pool":                       {"pool_state", "min_size", "max_group_prepared_capacity", "instance_reuse_policy"},
	"aws_autoscaling_group.warm_pool.instance_reuse_policy": {"reuse_on_scale_in"},
	"aws_autoscaling_policy": {"name", "autoscaling_group_name", "policy_type", "adjustment_type", "scaling_adjustment", "min_adjustment_magnitude", "cooldown",
		"estimated_instance_warmup", "metric_aggregation_type", "step_adjustment", "target_tracking_configuration", "predictive_scaling_configuration"},
	"aws_autoscaling_policy.predictive_scaling_configuration":                                                           {"max_capacity_breach_behavior", "max_capacity_buffer", "mode", "scheduling_buffer_time", "metric_specification"},
	"aws_autoscaling_policy.predictive_scaling_configuration.metric_specification":                                      {"target_value", "predefined_metric_pair_specification"},
	"aws_autoscaling_policy.predictive_scaling_configuration.metric_specification.predefined_metric_pair_specification": {"predefined_metric_type", "resource_label"},
	"aws_autoscaling_policy.step_adjustment":                                                                            {"metric_interval_lower_bound", "metric_interval_upper_bound", "scaling_adjustment"},
	"aws_autoscaling_policy.target_tracking_configuration":                                                              {"target_value", "disable_scale_in", "predefined_metric_specification", "customized_metric_specification"},
	"aws_autoscaling_policy.target_tracking_configuration.predefined_metric_specification":                              {"predefined_metric_type", "resource_label"},
	"aws_autoscaling_schedule": {"scheduled_action_name", "autoscaling_group_name", "min_size", "max_size", "desired_capacity", "recurrence", "start_time", "end_time", "time_zone"},
	"aws_cloudwatch_metric_alarm": {"alarm_name", "comparison_operator", "evaluation_periods", "datapoints_to_alarm", "metric_name", "namespace", "period", "statistic",
		"extended_statistic", "threshold", "treat_missing_data", "dimensions", "alarm_actions", "evaluate_low_sample_count_percentiles"},
}

// checkSchema holds that a body has only what the provider knows there.
func checkSchema(t *rapid.T, at string, body *hclsyntax.Body, _ string) {
	known, ok := schemas[at]
	if !ok {
		t.Fatalf("no block %s is documented", at)
	}
	for name := range body.Attributes {
		if !slices.Contains(known, name) {
			t.Fatalf("%s has no %s", at, name)
		}
	}
	for _, b := range body.Blocks {
		if !slices.Contains(known, b.Type) {
			t.Fatalf("%s has no %s", at, b.Type)
		}
		checkSchema(t, at+"."+b.Type, b.Body, "")
	}
}
