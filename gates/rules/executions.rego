# What runs can be followed afterwards, and tells nobody more than it must.
package gxp

import rego.v1

# The rules ask of an environment's stack what they do not ask of others, so a stack that runs something has to say that it
# is one.
violation contains v if {
	some name in resources_of_type("AWS::StepFunctions::StateMachine")
	not environment(input.resources[name])
	v := finding(
		"GxP-EnvironmentNamed", name, "Properties.Tags",
		"A state machine must name its environment in the tag \"environment\", by which the other rules know what is asked of its stack (Annex 11 4.3)",
	)
}

# 21 CFR 11.10(e): who did what, and when, is recorded by the computer. 11.10(d): inputs hold subjects' data, and a log has
# more readers than the record.
violation contains v if {
	some name in resources_of_type("AWS::StepFunctions::StateMachine")
	not logged(properties(name))
	v := finding(
		"GxP-ExecutionsLogged", name, "Properties.LoggingConfiguration",
		"A state machine must log at level ALL, and without execution data, which holds data of subjects (21 CFR 11.10(d) and (e), Annex 11 9)",
	)
}

logged(machine) if {
	machine.LoggingConfiguration.Level == "ALL"
	object.get(machine.LoggingConfiguration, "IncludeExecutionData", false) == false
	count(machine.LoggingConfiguration.Destinations) > 0
}

# Annex 11 13: incidents are assessed, and their cause is found.
violation contains v if {
	some name in resources_of_type("AWS::StepFunctions::StateMachine")
	object.get(properties(name), ["TracingConfiguration", "Enabled"], false) != true
	v := finding(
		"GxP-ExecutionsTraced", name, "Properties.TracingConfiguration",
		"A state machine must be traced, so that the cause of an incident can be found (Annex 11 13)",
	)
}

# 21 CFR 11.30: a Standard execution's history holds data of subjects for 90 days. Of an Express execution nothing stays behind
# but its log.
violation contains v if {
	some name in resources_of_type("AWS::StepFunctions::StateMachine")
	object.get(properties(name), "StateMachineType", "STANDARD") != "EXPRESS"
	not encrypted_history(properties(name))
	v := finding(
		"GxP-ExecutionsKey", name, "Properties.EncryptionConfiguration",
		"A Standard state machine must be encrypted with a customer-managed key: its histories hold data of subjects for 90 days (21 CFR 11.30, Annex 11 7.1)",
	)
}

encrypted_history(machine) if {
	machine.EncryptionConfiguration.Type == "CUSTOMER_MANAGED_KMS_KEY"
	customer_key(machine.EncryptionConfiguration.KmsKeyId)
}

# 21 CFR 11.10(c), Annex 11 17: a retention is chosen, and not what was forgotten.
violation contains v if {
	some name in resources_of_type("AWS::Logs::LogGroup")
	not properties(name).RetentionInDays
	v := finding(
		"GxP-LogGroupRetention", name, "Properties.RetentionInDays",
		"A log group must say how long it keeps events (21 CFR 11.10(c), Annex 11 17)",
	)
}

# Annex 11 13: an alarm that reaches nobody is none.
violation contains v if {
	some name in resources_of_type("AWS::CloudWatch::Alarm")
	not acts(properties(name))
	v := finding(
		"GxP-AlarmActs", name, "Properties.AlarmActions",
		"An alarm must have an action, and it must be on (Annex 11 13)",
	)
}

acts(alarm) if {
	count(alarm.AlarmActions) > 0
	object.get(alarm, "ActionsEnabled", true) == true
}

# 21 CFR 11.10(a), Annex 11 4: what was validated is what runs.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::Lambda::Function")
	not pinned(properties(name))
	v := finding(
		"GxP-FunctionPinned", name, "Properties.Runtime",
		"A function must name its runtime and its architecture, so that what was validated is what runs (21 CFR 11.10(a), Annex 11 4)",
	)
}

pinned(lambda) if {
	is_string(lambda.Runtime)
	count(lambda.Architectures) == 1
}

# 21 CFR 11.10(e): the log group that Lambda makes by itself is kept forever, and not encrypted with a key of ours.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::Lambda::Function")
	not input.resources[referenced(properties(name).LoggingConfig.LogGroup)]
	v := finding(
		"GxP-FunctionLogs", name, "Properties.LoggingConfig",
		"A function must log to a log group of its stack, which has a retention and a key (21 CFR 11.10(e))",
	)
}
