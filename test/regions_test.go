package test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/regioninfo"
	"github.com/google/go-cmp/cmp"
)

// The list of the regions is not exported, so it is read where it stands.
func TestRegionsAreThoseOfTheCDK(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../stages/regions.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ours, theirs []string
	ast.Inspect(file, func(node ast.Node) bool {
		if list, ok := node.(*ast.CompositeLit); ok { // there is no other
			for _, element := range list.Elts {
				region, err := strconv.Unquote(element.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				ours = append(ours, region)
			}
		}
		return true
	})
	for _, region := range *regioninfo.RegionInfo_Regions() {
		theirs = append(theirs, *region.Name())
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	if diff := cmp.Diff(theirs, ours); diff != "" || len(theirs) < 30 {
		t.Errorf("the CDK knows %d regions, and stages/regions.go has others: %s", len(theirs), diff)
	}
}
