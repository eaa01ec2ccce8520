package asl

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// pattern is a set of ways to call an action of an optimized integration, in addition to request and response.
type pattern int

const (
	syncs  pattern = 1 << iota // .sync
	syncs2                     // .sync:2
	waits                      // .waitForTaskToken
)

// integrations lists the known optimized integrations and their actions.
// See https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html.
var integrations = map[string]map[string]pattern{
	"apigateway": {"invoke": waits},
	"athena":     {"startQueryExecution": syncs, "stopQueryExecution": 0, "getQueryExecution": 0, "getQueryResults": 0},
	"batch":      {"submitJob": syncs | waits},
	"bedrock":    {"invokeModel": waits, "createModelCustomizationJob": syncs},
	"codebuild": {"startBuild": syncs, "stopBuild": 0, "batchDeleteBuilds": 0, "batchGetReports": 0,
		"startBuildBatch": syncs, "stopBuildBatch": 0, "retryBuildBatch": syncs, "deleteBuildBatch": 0},
	"databrew": {"startJobRun": syncs},
	"dynamodb": {"getItem": 0, "putItem": 0, "deleteItem": 0, "updateItem": 0},
	"ecs":      {"runTask": syncs | waits},
	"eks": {"createCluster": syncs, "deleteCluster": syncs, "createNodegroup": syncs, "deleteNodegroup": syncs,
		"createFargateProfile": syncs, "deleteFargateProfile": syncs, "runJob": syncs | waits, "call": 0},
	"elasticmapreduce": {"createCluster": syncs, "terminateCluster": syncs, "addStep": syncs, "cancelStep": 0,
		"setClusterTerminationProtection": 0, "modifyInstanceFleetByName": 0, "modifyInstanceGroupByName": 0},
	"emr-containers": {"createVirtualCluster": 0, "deleteVirtualCluster": syncs, "startJobRun": syncs},
	"emr-serverless": {"createApplication": syncs, "startApplication": syncs, "stopApplication": syncs, "deleteApplication": syncs,
		"startJobRun": syncs, "cancelJobRun": syncs},
	"events":       {"putEvents": waits},
	"glue":         {"startJobRun": syncs},
	"http":         {"invoke": 0},
	"lambda":       {"invoke": waits},
	"mediaconvert": {"createJob": syncs},
	"sagemaker": {"createEndpoint": 0, "createEndpointConfig": 0, "createHyperParameterTuningJob": syncs, "createLabelingJob": syncs, "createModel": 0,
		"createProcessingJob": syncs, "createTrainingJob": syncs, "createTransformJob": syncs, "updateEndpoint": 0},
	"sns":    {"publish": waits},
	"sqs":    {"sendMessage": waits},
	"states": {"startExecution": syncs | syncs2 | waits},
}

// fault describes an invalid integration. It returns "" when the integration is valid or unknown.
func (r *resource) fault() string {
	if r.kind != integration {
		return ""
	}
	action, suffix, _ := strings.Cut(r.action, ".")
	asked, known := map[string]pattern{"": 0, "sync": syncs, "sync:2": syncs2, "waitForTaskToken": waits}[suffix]
	if !known {
		return fmt.Sprintf("unknown pattern %q; the patterns are .sync, .sync:2 and .waitForTaskToken", "."+suffix)
	}
	if strings.HasPrefix(r.service, "aws-sdk:") {
		if asked&(syncs|syncs2) != 0 {
			return "SDK integrations do not support .sync"
		}
		return ""
	}
	actions, known := integrations[r.service]
	if !known {
		return ""
	}
	patterns, known := actions[action]
	switch {
	case !known:
		return fmt.Sprintf("the integration with %s has no action %q; it has %s", r.service, action, strings.Join(slices.Sorted(maps.Keys(actions)), ", "))
	case asked&^patterns != 0:
		return fmt.Sprintf("%s:%s cannot be called with .%s", r.service, action, suffix)
	}
	return ""
}
