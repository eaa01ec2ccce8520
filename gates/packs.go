package gates

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// The names of the packs. The ids of their rules begin with them.
const (
	awsSolutions = "AwsSolutions"
	hipaa        = "HIPAA.Security"
	nist         = "NIST.800.53.R5"
	pci          = "PCI.DSS.321"
)

// Packs returns the names of the packs. The ids of their rules and the names of their reports begin with them.
func Packs() []string { return []string{awsSolutions, hipaa, nist, pci} }

// inThree returns the ids of a rule in three packs.
func inThree(rule string) []string {
	return []string{hipaa + "-" + rule, nist + "-" + rule, pci + "-" + rule}
}

// inTwo returns the ids of a rule in two packs.
func inTwo(rule string) []string { return []string{hipaa + "-" + rule, nist + "-" + rule} }

// addPacks adds the packs. Each pack writes one report per stack, PACK-STACK-NagReport.csv, into the cloud assembly.
func addPacks(scope constructs.IConstruct) {
	props := &cdknag.NagPackProps{Verbose: jsii.Bool(true)} // includes the control behind the rule
	for _, pack := range []awscdk.IAspect{
		cdknag.NewAwsSolutionsChecks(props),
		cdknag.NewHIPAASecurityChecks(props),
		cdknag.NewNIST80053R5Checks(props),
		cdknag.NewPCIDSS321Checks(props),
	} {
		awscdk.Aspects_Of(scope).Add(pack, nil)
	}
}
