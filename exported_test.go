package stridecopy_test

import (
	"go/ast"
	"go/doc"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// TestDocumented requires a comment on every package, constant, variable, type,
// function and method that others may use. A comment on a group serves its members.
func TestDocumented(t *testing.T) {
	files := sources(t)
	for _, dir := range importable {
		described := false
		for _, s := range files {
			if s.dir != dir || s.test {
				continue
			}
			described = described || s.file.Doc != nil
			for _, decl := range s.file.Decls {
				for _, name := range undocumented(decl) {
					t.Errorf("%s: %s has no comment", s.name, name)
				}
			}
		}
		if !described {
			t.Errorf("package %s has no comment", dir)
		}
	}
}

// undocumented returns the exported names that decl declares without a comment.
func undocumented(decl ast.Decl) []string {
	var out []string
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if exported(decl) && decl.Doc == nil && !wellKnown(decl) {
			out = append(out, title(decl))
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() && spec.Doc == nil && decl.Doc == nil {
					out = append(out, spec.Name.Name)
				}
			case *ast.ValueSpec:
				if spec.Doc != nil || spec.Comment != nil || decl.Doc != nil {
					continue
				}
				for _, name := range spec.Names {
					if name.IsExported() {
						out = append(out, name.Name)
					}
				}
			}
		}
	}
	return out
}

// exported reports whether a function or method can be called by an importer.
func exported(f *ast.FuncDecl) bool {
	return f.Name.IsExported() && (f.Recv == nil || token.IsExported(receiver(f)))
}

// wellKnown reports whether f is String or Error, which say what fmt.Stringer and
// error say.
func wellKnown(f *ast.FuncDecl) bool {
	return f.Recv != nil && (f.Name.Name == "String" || f.Name.Name == "Error")
}

// title names f as documentation does.
func title(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	return receiver(f) + "." + f.Name.Name
}

// receiver returns the name of a method's type.
func receiver(f *ast.FuncDecl) string {
	e := f.Recv.List[0].Type
	for {
		switch t := e.(type) {
		case *ast.StarExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}

// TestExamples requires an example that is run, which means one with an Output
// comment, of every exported function and of every type with methods.
func TestExamples(t *testing.T) {
	files := sources(t)
	for _, dir := range importable {
		var tests []*ast.File
		for _, s := range files {
			if s.dir == dir && s.test {
				tests = append(tests, s.file)
			}
		}
		var shown []string
		for _, e := range doc.Examples(tests...) {
			if e.Output != "" || e.EmptyOutput {
				shown = append(shown, e.Name)
			}
		}
		for _, s := range files {
			if s.dir != dir || s.test {
				continue
			}
			for _, decl := range s.file.Decls {
				f, ok := decl.(*ast.FuncDecl)
				if ok && exported(f) && !wellKnown(f) && !serves(shown, f) {
					t.Errorf("%s: %s has no example with output", s.name, title(f))
				}
			}
		}
	}
}

// serves reports whether one of the examples is about the function f, or about the
// type of the method f.
func serves(examples []string, f *ast.FuncDecl) bool {
	name := f.Name.Name
	if f.Recv != nil {
		name = receiver(f)
	}
	return slices.ContainsFunc(examples, func(example string) bool {
		suffix, ok := strings.CutPrefix(example, name)
		return ok && (suffix == "" || suffix[0] == '_')
	})
}
