# Executions leave a trace, and reveal no more data than necessary.
package gxp

import rego.v1

# Some rules apply only to the stacks of an environment, so a stack with a state machine must name its environment.
violation contains v if {
	some name in resources_of_type("AWS::StepFunctions::StateMachine")
	not environment(input.resources[name])
	v := finding(
		"GxP-EnvironmentNamed", name, "Properties.Tags",
		"A state machine must name its environment in the tag \"environment\", which decides which rules apply to its stack (Annex 11 4.3)",
	)
}

# 21 CFR 11.10(e): the computer records who did what, and when. 11.10(d): inputs contain data of subjects, and a log has more readers
# than the record.
violation contains v if {
	some name in resources_of_type("AWS::StepFunctions::StateMachine")
	not logged(properties(name))
	v := finding(
		"GxP-ExecutionsLogged", name, "Properties.LoggingConfiguration",
		"A state machine must log at level ALL and without execution data, which contains data of subjects (21 CFR 11.10(d) and (e), Annex 11 9)",
	)
}

logged(machine) if {
	machine.LoggingConfiguration.Level == "ALL"
	object.get(machine.LoggingConfiguration, "IncludeExecutionData", false) == false
	count(machine.LoggingConfiguration.Destinations) > 0
}

# Annex 11 13: incidents are assessed, and their causes are identified.
violation contains v if {
	some name in resources_of_type("AWS::StepFunctions::StateMachine")
	object.get(properties(name), ["TracingConfiguration", "Enabled"], false) != true
	v := finding(
		"GxP-ExecutionsTraced", name, "Properties.TracingConfiguration",
		"A state machine must have tracing on, to find the cause of an incident (Annex 11 13)",
	)
}

# 21 CFR 11.30: the history of a Standard execution contains data of subjects for 90 days. An Express execution leaves only its log.
violation contains v if {
	some name in resources_of_type("AWS::StepFunctions::StateMachine")
	object.get(properties(name), "StateMachineType", "STANDARD") != "EXPRESS"
	not encrypted_history(properties(name))
	v := finding(
		"GxP-ExecutionsKey", name, "Properties.EncryptionConfiguration",
		"A Standard state machine must be encrypted with a customer-managed key: its histories contain data of subjects for 90 days (21 CFR 11.30, Annex 11 7.1)",
	)
}

encrypted_history(machine) if {
	machine.EncryptionConfiguration.Type == "CUSTOMER_MANAGED_KMS_KEY"
	customer_key(machine.EncryptionConfiguration.KmsKeyId)
}

# 21 CFR 11.10(c), Annex 11 17: a retention is a decision, not a default.
violation contains v if {
	some name in resources_of_type("AWS::Logs::LogGroup")
	not properties(name).RetentionInDays
	v := finding(
		"GxP-LogGroupRetention", name, "Properties.RetentionInDays",
		"A log group must have a retention (21 CFR 11.10(c), Annex 11 17)",
	)
}

# Annex 11 13: an alarm must reach somebody.
violation contains v if {
	some name in resources_of_type("AWS::CloudWatch::Alarm")
	not acts(properties(name))
	v := finding(
		"GxP-AlarmActs", name, "Properties.AlarmActions",
		"An alarm must have an action, and its actions must be enabled (Annex 11 13)",
	)
}

acts(alarm) if {
	count(alarm.AlarmActions) > 0
	object.get(alarm, "ActionsEnabled", true) == true
}

# 21 CFR 11.10(a), Annex 11 4: the validated version runs, and no other.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::Lambda::Function")
	not pinned(properties(name))
	v := finding(
		"GxP-FunctionPinned", name, "Properties.Runtime",
		"A function must name its runtime and its architecture, so that only the validated version runs (21 CFR 11.10(a), Annex 11 4)",
	)
}

pinned(lambda) if {
	is_string(lambda.Runtime)
	count(lambda.Architectures) == 1
}

# 21 CFR 11.10(e): the log group that Lambda creates keeps its events forever and is not encrypted with our key.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::Lambda::Function")
	not input.resources[referenced(properties(name).LoggingConfig.LogGroup)]
	v := finding(
		"GxP-FunctionLogs", name, "Properties.LoggingConfig",
		"A function must log to a log group of its stack, with a retention and a key (21 CFR 11.10(e))",
	)
}
