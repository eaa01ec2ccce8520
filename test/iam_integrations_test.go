package test

import (
	"slices"
	"strings"
	"testing"

	api "clinical-risk-pipeline/services"
)

// integrations returns what a call needs from the role that makes it, by the integration: the actions, including those that the
// service takes on behalf of the role, the resource, and the context of the request.
var integrations = map[string]func(d *deployment, machine string, c call) []need{
	// https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html
	"elasticmapreduce:addStep.sync": func(_ *deployment, _ string, c call) []need {
		cluster := own("elasticmapreduce", "cluster/"+c.text("ClusterId"))
		return []need{
			{actions: actions("elasticmapreduce", "AddJobFlowSteps DescribeStep CancelSteps"), resource: cluster, others: renamed(cluster)},
			managedRule("StepFunctionsGetEventForEMRAddJobFlowStepsRule"),
		}
	},
	// https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html
	"emr-serverless:startJobRun.sync": func(_ *deployment, _ string, c call) []need {
		application, role := own("emr-serverless", "/applications/"+c.text("ApplicationId")), c.text("ExecutionRoleArn")
		runs := []string{}
		for _, other := range renamed(application) {
			runs = append(runs, other+"/jobruns/00fr1")
		}
		return []need{
			{actions: actions("emr-serverless", "StartJobRun"), resource: application, others: renamed(application)},
			{actions: actions("emr-serverless", "GetJobRun CancelJobRun"), resource: application + "/jobruns/00fr1", others: runs},
			{
				actions: actions("iam", "PassRole"), resource: role, others: renamed(role),
				context: values{"iam:PassedToService": "emr-serverless.amazonaws.com"}, refused: []values{{"iam:PassedToService": "lambda.amazonaws.com"}},
			},
			managedRule("StepFunctionsGetEventsForEMRServerlessJobRule"),
		}
	},
	// https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
	"glue:startJobRun.sync": func(_ *deployment, _ string, c call) []need {
		job := own("glue", "job/"+c.text("JobName"))
		return []need{{actions: actions("glue", "StartJobRun GetJobRun GetJobRuns BatchStopJobRun"), resource: job, others: renamed(job)}}
	},
	"aws-sdk:sagemakerruntime:invokeEndpoint": func(_ *deployment, _ string, c call) []need {
		endpoint := own("sagemaker", "endpoint/"+strings.ToLower(c.text("EndpointName")))
		return []need{{actions: actions("sagemaker", "InvokeEndpoint"), resource: endpoint, others: renamed(endpoint)}}
	},
	"aws-sdk:s3:getObject": func(d *deployment, _ string, c call) []need {
		if c.text("Bucket") == featuresBucket {
			return d.findObject(c)
		}
		return d.readObject(c)
	},
	// S3 says that an object is missing to whoever may list the bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
	"aws-sdk:s3:headObject": func(d *deployment, _ string, c call) []need { return d.findObject(c) },
	readItems:               func(d *deployment, _ string, c call) []need { return d.readObject(c) },
	"aws-sdk:s3:putObject": func(d *deployment, _ string, c call) []need {
		return d.writeObject(c)
	},
	// The topic's key: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
	"sns:publish": func(d *deployment, _ string, c call) []need { return d.publish(c.text("TopicArn")) },
	"lambda:invoke.waitForTaskToken": func(_ *deployment, _ string, c call) []need {
		function := c.text("FunctionName")
		return []need{{
			actions: actions("lambda", "InvokeFunction"), resource: function, others: append(renamed(function), function+":7", function+":live"),
		}}
	},
	"lambda:invoke": func(_ *deployment, _ string, c call) []need {
		function := c.text("FunctionName")
		return []need{{actions: actions("lambda", "InvokeFunction"), resource: function, others: append(renamed(function), function+":7", function+":live")}}
	},
	"aws-sdk:dynamodb:putItem": func(d *deployment, _ string, c call) []need { return d.registryItem(c, "PutItem") },
	// https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
	"states:startExecution.sync:2": func(_ *deployment, _ string, c call) []need {
		machine := c.text("StateMachineArn")
		executions := strings.Replace(machine, ":stateMachine:", ":execution:", 1)
		return []need{
			{actions: actions("states", "StartExecution"), resource: machine, others: renamed(machine)},
			{
				actions: actions("states", "DescribeExecution StopExecution"), resource: executions + ":" + c.text("Name"),
				others: []string{executions + "-2:" + c.text("Name"), executions + "/Map:" + c.text("Name")},
			},
			managedRule("StepFunctionsGetEventsForStepFunctionsExecutionRule"),
		}
	},
	// https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html; Express children are started again
	// when their map is redriven: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
	startChild: func(_ *deployment, machine string, c call) []need {
		child := c.text("ExecutionArn")
		parent, another := child[:strings.Index(child, "/")]+":run-1", strings.Replace(child, "/", "-2/", 1)
		return []need{
			{actions: actions("states", "StartExecution"), resource: machine, others: renamed(machine)},
			{actions: actions("states", "DescribeExecution"), resource: parent, others: []string{strings.Replace(parent, ":run-1", "-2:run-1", 1)}},
			{actions: actions("states", "DescribeExecution"), resource: child, others: []string{another}},
			{actions: actions("states", "StopExecution"), resource: child, others: []string{another, parent}},
		}
	},
	// https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
	"http:invoke": func(_ *deployment, machine string, c call) []need {
		connection, endpoint := c.arguments["Authentication"].(object)["ConnectionArn"].(string), c.text("ApiEndpoint")
		secret := secretOf[connection]
		return []need{
			{
				actions: actions("states", "InvokeHTTPEndpoint"), resource: machine, others: renamed(machine),
				context: values{"states:HTTPMethod": c.text("Method"), "states:HTTPEndpoint": endpoint},
				refused: []values{
					{"states:HTTPMethod": "DELETE"}, {"states:HTTPEndpoint": endpoint + "/other"},
					{"states:HTTPEndpoint": strings.Replace(endpoint, ".com/", ".com.example.org/", 1)},
				},
			},
			{actions: actions("events", "RetrieveConnectionCredentials"), resource: connection, others: renamed(connection)},
			{actions: actions("secretsmanager", "GetSecretValue DescribeSecret"), resource: secret, others: renamed(secret)},
		}
	},
	"aws-sdk:dynamodb:query": func(d *deployment, _ string, c call) []need {
		return append(d.encryption(tableARN(c), "dynamodb", "Decrypt DescribeKey"), itemsOf(tableARN(c)+"/index/"+c.text("IndexName"), "Query"))
	},
	"aws-sdk:cloudwatch:putMetricData": func(_ *deployment, _ string, c call) []need {
		return []need{{
			actions: actions("cloudwatch", "PutMetricData"), resource: "*",
			context: values{"cloudwatch:namespace": c.text("Namespace")}, refused: []values{{"cloudwatch:namespace": "AWS/SageMaker"}},
		}}
	},
}

// areListed checks that package services lists the actions that an integration needs. It skips actions on keys, which depend on
// the resource.
func areListed(t *testing.T, c call, needs []need) {
	t.Helper()
	integration := c.integration
	if integration == startChild {
		return // a call of a map, not of a task
	}
	call, _ := api.Of("arn:aws:states:::" + integration)
	want := append(call.Actions(), call.Grants...)
	if c.arguments["Bucket"] == featuresBucket {
		want = append(want, api.HeadObject.Grants...)
	}
	if c.arguments["VersionId"] != nil {
		want[0] = call.VersionAction
	}
	if call.Rule != "" {
		want = append(want, api.RuleActions...)
	}
	var got []string
	for _, n := range needs {
		if !strings.HasPrefix(n.actions[0], "kms:") {
			got = append(got, n.actions...)
		}
		if rule, ok := strings.CutPrefix(n.resource, own("events", "rule/")); ok && rule != call.Rule {
			t.Errorf("%s needs the rule %s, package services lists %q", integration, rule, call.Rule)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s needs %v, package services lists %v", integration, got, want)
	}
}

// actions returns the actions of a service, from names with spaces between them.
func actions(service, names string) []string {
	var all []string
	for name := range strings.FieldsSeq(names) {
		all = append(all, service+":"+name)
	}
	return all
}

// managedRule returns what Step Functions needs for the rule that reports the end of a job.
func managedRule(name string) need {
	rule := own("events", "rule/"+name)
	return need{actions: actions("events", "PutTargets PutRule DescribeRule"), resource: rule, others: renamed(rule)}
}

// objectNeed returns what a call needs from an object in S3. Its neighbours are objects of the same name in another bucket and in
// other folders of the bucket.
func objectNeed(c call, action string) need {
	bucket, key := "arn:aws:s3:::"+c.text("Bucket"), c.text("Key")
	n := need{
		actions: actions("s3", action), resource: bucket + "/" + key,
		others: []string{bucket + "-2/" + key, bucket + "/neighbour/" + key, bucket + "/" + strings.Replace(key, "/", "-2/", 1)},
	}
	if c.ofOneTrial {
		n.others = append(n.others, bucket+"/"+strings.Replace(key, "/T-1/", "/T-2/", 1))
	}
	return n
}

func (d *deployment) readObject(c call) []need {
	action := "GetObject"
	if c.arguments["VersionId"] != nil {
		action = "GetObjectVersion"
	}
	return append(d.encryption("arn:aws:s3:::"+c.text("Bucket"), "s3", "Decrypt"), objectNeed(c, action))
}

// findObject also has to learn that an object is missing.
func (d *deployment) findObject(c call) []need {
	bucket := "arn:aws:s3:::" + c.text("Bucket")
	return append(d.readObject(c), need{actions: actions("s3", "ListBucket"), resource: bucket, others: renamed(bucket)})
}

// once is the context of a request that writes an object where there is none.
var once = values{"s3:if-none-match": "*"}

// replacing are changes of that context in which the record store refuses the request.
var replacing = []values{{"s3:if-none-match": nil}, {"s3:x-amz-copy-source": "neighbour/key"}}

// writeObject writes a record where there is none.
func (d *deployment) writeObject(c call) []need {
	put := objectNeed(c, "PutObject")
	put.context, put.guarded = once, replacing
	return append(d.encryption("arn:aws:s3:::"+c.text("Bucket"), "s3", "GenerateDataKey"), put)
}

func (d *deployment) publish(topic string) []need {
	return append(d.encryption(topic, "sns", "GenerateDataKey Decrypt"), need{
		actions: actions("sns", "Publish"), resource: topic, others: renamed(topic),
	})
}

// encryption returns what a caller needs from the key of a resource, if it has one. The service uses the key on behalf of the
// caller. The key refuses a request without that service.
func (d *deployment) encryption(resource, service, names string) []need {
	key := d.keyOf(resource)
	if key == "" {
		return nil
	}
	return []need{{
		actions: actions("kms", names), resource: key, others: renamed(key),
		context: viaService(service), refused: []values{viaService("neighbour"), {"kms:ViaService": "none"}},
	}}
}

// viaService returns the context of a request that a service makes for a caller.
func viaService(service string) values {
	return values{"kms:ViaService": service + "." + ownRegion + ".amazonaws.com"}
}
