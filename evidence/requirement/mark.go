package requirement

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Mark is a declaration that names a requirement.
type Mark struct {
	ID          string `json:"-"`
	Declaration string `json:"declaration"` // such as "NewRecordStore", "Decider.Decide" or "TestRecordStore"
	Package     string `json:"package"`     // the folder below the root, with slashes: "constructs/audit"
	File        string `json:"file"`        // below the root, with slashes
	Line        int    `json:"line"`        // of the declaration
	Test        bool   `json:"-"`           // the declaration is a test
}

// String returns place and name, for messages.
func (m Mark) String() string { return fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.Declaration) }

// prefix starts a comment line that names requirements.
const prefix = "Requirements:"

// skipped are folders without source code of the project.
var skipped = []string{"node_modules", "testdata", "cdk.out", "out", "bin"}

// Find returns the marks in all Go files below a folder, in the order of the files. A fault is a line outside the doc comment of a
// declaration, a line without an id, or a line on a test helper.
func Find(root string) (marks []Mark, faults []string, err error) {
	err = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && file != root && (slices.Contains(skipped, name) || strings.HasPrefix(name, ".")):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		source, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(source, []byte("// "+prefix)) {
			return err
		}
		below, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		found, wrong, err := findIn(filepath.ToSlash(below), source)
		marks, faults = append(marks, found...), append(faults, wrong...)
		return err
	})
	return marks, faults, err
}

// findIn returns the marks of one file.
func findIn(file string, source []byte) (marks []Mark, faults []string, err error) {
	positions := token.NewFileSet()
	parsed, err := parser.ParseFile(positions, file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	read := map[*ast.CommentGroup]bool{}
	for _, d := range declarations(parsed) {
		read[d.doc] = true
		ids, lines := named(d.doc)
		if lines == 0 {
			continue
		}
		mark := Mark{Declaration: d.name, Package: path.Dir(file), File: file, Line: positions.Position(d.position).Line}
		mark.Test = strings.HasSuffix(file, "_test.go")
		switch {
		case len(ids) == 0:
			faults = append(faults, fmt.Sprintf("%s names no requirement after %q", mark, prefix))
		case mark.Test && !strings.HasPrefix(d.name, "Test"):
			faults = append(faults, fmt.Sprintf("%s is a test helper: only tests and production code may name requirements", mark))
			continue
		}
		for _, id := range ids {
			mark.ID = id
			marks = append(marks, mark)
		}
	}
	for _, group := range parsed.Comments {
		if _, lines := named(group); lines > 0 && !read[group] {
			faults = append(faults, fmt.Sprintf("%s:%d: %q belongs to no declaration", file, positions.Position(group.Pos()).Line, prefix))
		}
	}
	return marks, faults, nil
}

// named returns the ids in a comment, and the number of lines that name ids.
func named(comment *ast.CommentGroup) (ids []string, lines int) {
	if comment == nil {
		return nil, 0
	}
	for _, c := range comment.List {
		after, ok := strings.CutPrefix(c.Text, "// "+prefix)
		if !ok {
			continue
		}
		lines++
		for _, id := range strings.Split(after, ",") {
			if id = strings.TrimSpace(id); id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids, lines
}

// declaration is a top-level declaration with its doc comment.
type declaration struct {
	name     string
	position token.Pos
	doc      *ast.CommentGroup
}

// declarations returns the top-level declarations of a file, and the members of groups in parentheses.
func declarations(file *ast.File) []declaration {
	var all []declaration
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			all = append(all, declaration{receiver(d) + d.Name.Name, d.Pos(), d.Doc})
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				name, doc := member(spec)
				if doc == nil && len(d.Specs) == 1 {
					doc = d.Doc
				}
				all = append(all, declaration{name, spec.Pos(), doc})
			}
		}
	}
	return all
}

// receiver returns "Decider." for a method of *Decider.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return ""
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if name, ok := of.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}

// member returns name and comment of a type, a variable or a constant.
func member(spec ast.Spec) (string, *ast.CommentGroup) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		return s.Name.Name, s.Doc
	case *ast.ValueSpec:
		return s.Names[0].Name, s.Doc
	}
	return "", nil
}
