package gates

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// The packs' names, with which the ids of their rules begin.
const (
	awsSolutions = "AwsSolutions"
	hipaa        = "HIPAA.Security"
	nist         = "NIST.800.53.R5"
	pci          = "PCI.DSS.321"
)

// Packs are the names of the packs, with which the ids of their rules and the names of their reports begin.
func Packs() []string { return []string{awsSolutions, hipaa, nist, pci} }

// The ids of a rule that several packs have.
func inThree(rule string) []string {
	return []string{hipaa + "-" + rule, nist + "-" + rule, pci + "-" + rule}
}
func inTwo(rule string) []string { return []string{hipaa + "-" + rule, nist + "-" + rule} }

// addPacks adds the packs. Each writes a report for each stack, PACK-STACK-NagReport.csv, into the cloud assembly.
func addPacks(scope constructs.IConstruct) {
	props := &cdknag.NagPackProps{Verbose: jsii.Bool(true)} // with the control that asks for the rule
	for _, pack := range []awscdk.IAspect{
		cdknag.NewAwsSolutionsChecks(props),
		cdknag.NewHIPAASecurityChecks(props),
		cdknag.NewNIST80053R5Checks(props),
		cdknag.NewPCIDSS321Checks(props),
	} {
		awscdk.Aspects_Of(scope).Add(pack, nil)
	}
}
