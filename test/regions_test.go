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

// Package stages does not export its list of regions, so the test reads the source file.
func TestRegionsMatchTheCDK(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../stages/regions.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ours, theirs []string
	ast.Inspect(file, func(node ast.Node) bool {
		if list, ok := node.(*ast.CompositeLit); ok { // the file has only this one
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
		t.Errorf("stages/regions.go differs from the %d regions of the CDK: %s", len(theirs), diff)
	}
}
