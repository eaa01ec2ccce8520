package gates

import "slices"

// The constructs of CDK Pipelines, below those of the promotion.
const (
	pipelines = "Promotion/Pipeline/"
	autoCheck = pipelines + "PipelinesSecurityCheck/CDKPipelinesAutoApprove"

	// The bucket in a stack of its own, for the artifacts in another region.
	overseas = "cross-region-stack-*/Default/CrossRegionCodePipelineReplicationBucket"
)

// artifactPolicies are the policies of the projects and actions that read and write artifacts.
var artifactPolicies = []string{
	pipelines + "Pipeline/Role/DefaultPolicy",
	pipelines + "Pipeline/Source/*/CodePipelineActionRole/DefaultPolicy",
	pipelines + "Pipeline/Build/Synth/CdkBuildProject/Role/DefaultPolicy",
	pipelines + "Pipeline/*/*.Approve/CodePipelineActionRole/DefaultPolicy",
	pipelines + "UpdatePipeline/SelfMutation/Role/DefaultPolicy",
	pipelines + "Assets/FileRole/DefaultPolicy",
	pipelines + "PipelinesSecurityCheck/CDKSecurityCheck/Role/DefaultPolicy",
	"Promotion/SmokeTester/DefaultPolicy",
}

var ofPromotion = []Suppression{
	{
		Paths: append([]string{
			pipelines + "Pipeline/*/*SecurityChanges.Check/CodePipelineActionRole/DefaultPolicy",
			pipelines + "CodeBuildActionRole/DefaultPolicy",
			autoCheck + "/ServiceRole/DefaultPolicy",
		}, artifactPolicies...),
		Rules: inThree("IAMNoInlinePolicy"),
		Reason: "The CDK writes these policies, each for one role, and they are deleted with it. A managed policy would offer the " +
			"pipeline's permissions to other roles.",
	},
	{
		Paths: artifactPolicies,
		Rules: []string{awsSolutions + "-IAM5"},
		Findings: []string{
			"Action::kms:GenerateDataKey*", "Action::kms:ReEncrypt*",
			"Action::s3:Abort*", "Action::s3:DeleteObject*", "Action::s3:GetBucket*", "Action::s3:GetObject*", "Action::s3:List*",
			`/^Resource::<(PipelineArtifactsBucket|Cache)[0-9A-F]{8}\.Arn>\/\*$/`,
			`/^Resource::arn:aws[a-z-]*:s3:::promotion-support-[^*]+\/\*$/`,
		},
		Reason: "The CDK grants reading and writing with these wildcards. They apply to the pipeline's artifacts, its cache and " +
			"their key. These contain builds of the repository and no data of subjects.",
	},
	{
		Paths: []string{
			pipelines + "Pipeline/Build/Synth/CdkBuildProject/Role/DefaultPolicy",
			pipelines + "UpdatePipeline/SelfMutation/Role/DefaultPolicy",
			pipelines + "Assets/FileRole/DefaultPolicy",
			pipelines + "PipelinesSecurityCheck/CDKSecurityCheck/Role/DefaultPolicy",
			"Promotion/SmokeTester/DefaultPolicy",
		},
		Rules: []string{awsSolutions + "-IAM5"},
		Findings: []string{
			`/^Resource::arn:[^*]+:log-group:\/aws\/codebuild\/[^*]*\*$/`,
			`/^Resource::arn:[^*]+:report-group\/[^*]*\*$/`,
		},
		Reason: "A CodeBuild project writes to log streams and report groups that get their names when it runs, below the " +
			"project's own name.",
	},
	{
		Paths: []string{
			pipelines + "Pipeline/Role/DefaultPolicy",
			pipelines + "UpdatePipeline/SelfMutation/Role/DefaultPolicy",
			pipelines + "Assets/FileRole/DefaultPolicy",
			autoCheck + "/ServiceRole/DefaultPolicy",
			pipelines + "PipelinesSecurityCheck/CDKSecurityCheck/Role/DefaultPolicy",
		},
		Rules: []string{awsSolutions + "-IAM5"},
		Findings: []string{
			"Resource::*",
			`/^Resource::arn:\*:iam::\d{12}:role\/\*$/`,
			`/^Resource::<PipelinePipelinesSecurityCheckCDKPipelinesAutoApprove[0-9A-F]{8}\.Arn>:\*$/`,
		},
		Reason: "CDK Pipelines deploys through the roles of the bootstrapping. The conditions identify these roles by tag and by " +
			"name. Their trust and permissions decide what the pipeline may do in an environment.",
	},
	{
		Paths:  []string{pipelines + "Pipeline/ArtifactsBucket", overseas, "Promotion/Cache"},
		Rules:  append(inThree("S3BucketLoggingEnabled"), awsSolutions+"-S1"),
		Reason: "The buckets hold no records. The pipeline's history and CloudTrail show which role built and deployed what.",
	},
	{
		Paths:  []string{pipelines + "Pipeline/ArtifactsBucket", overseas, "Promotion/Cache"},
		Rules:  append(inThree("S3BucketReplicationEnabled"), inThree("S3BucketVersioningEnabled")...),
		Reason: "The pipeline can build the contents of these buckets again from the commit. The commit is the record.",
	},
	{
		Paths:  []string{"Promotion/Cache"},
		Rules:  inThree("S3DefaultEncryptionKMS"),
		Reason: "The cache holds public modules, which Go and npm check against the digests in the repository. S3's own key encrypts it.",
	},
	{
		Paths: []string{
			pipelines + "Pipeline/Build/Synth/CdkBuildProject", pipelines + "Pipeline/*/*Smoke/Smoke", pipelines + "Pipeline/*/*Live/Live",
			pipelines + "UpdatePipeline/SelfMutation", pipelines + "Assets/FileAsset", pipelines + "PipelinesSecurityCheck/CDKSecurityCheck",
		},
		Rules: []string{hipaa + "-CodeBuildProjectSourceRepoUrl", pci + "-CodeBuildProjectSourceRepoUrl"},
		Reason: "The projects get their source from the pipeline, which reads the repository through a CodeConnections " +
			"connection. They have no credentials of the repository.",
	},
	{
		Paths: []string{autoCheck},
		Rules: slices.Concat(inTwo("LambdaConcurrency"), inTwo("LambdaDLQ"), inThree("LambdaInsideVPC")),
		Reason: "The CDK makes this function. The security check's project calls it, waits for it, and fails if it fails. It " +
			"calls CodePipeline and nothing in a VPC.",
	},
	{
		Paths: []string{autoCheck + "/LogGroup"},
		Rules: inThree("CloudWatchLogGroupEncrypted"),
		Reason: "The CDK makes this log group. Its logs say for which stages permissions were not broadened, and contain no other " +
			"data. CloudWatch's own key encrypts them.",
	},
	{
		Paths:    []string{autoCheck + "/ServiceRole"},
		Rules:    []string{awsSolutions + "-IAM4"},
		Findings: []string{"Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"},
		Reason:   "The CDK gives its function this policy, which allows writing logs and nothing else.",
	},
}
