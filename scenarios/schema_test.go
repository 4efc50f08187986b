package scenarios

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headroom/scenarios/internal/strict"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The committed schema is the one that the types give now; -update writes it.
func TestSchemaIsCurrent(t *testing.T) {
	if *update {
		if err := os.WriteFile("scenario.schema.json", Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile("scenario.schema.json")
	if err != nil || !bytes.Equal(committed, Schema()) {
		t.Errorf("scenario.schema.json is not current (%v): go generate ./scenarios", err)
	}
	if again := Schema(); !bytes.Equal(again, Schema()) {
		t.Error("two schemas of the same types differ")
	}
}

// compiled is the schema, which must itself be a schema.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// The schema allows every good file, also shown in full.
func TestSchemaAllowsGoodFiles(t *testing.T) {
	schema := compiled(t)
	allow := func(name string, text []byte) {
		d, ps := strict.Parse(name, text)
		if ps != nil {
			t.Fatal(ps)
		}
		if err := schema.Validate(strict.JSON(d.Root)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range goodFiles(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		allow(name, text)
		f, err := Load(name, nil)
		if err != nil {
			t.Errorf("%s", texts(err))
			continue
		}
		full, err := f.Full()
		if err != nil {
			t.Fatal(err)
		}
		allow(name+" in full", full)
	}
}

// The schema refuses every bad file, except those that say at their end that it is blind to what is wrong: several values
// together, names and times that do not exist, other files. Those it must allow, else the mark is out of date.
func TestSchemaRefusesBadFiles(t *testing.T) {
	schema := compiled(t)
	files, _ := filepath.Glob("testdata/bad/*.yaml")
	refused, blind := 0, 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		d, ps := strict.Parse(name, text)
		if ps != nil {
			continue // no tree that a schema could look at
		}
		err = schema.Validate(strict.JSON(d.Root))
		switch marked := bytes.HasSuffix(text, []byte("# schema: blind\n")); {
		case marked && err != nil:
			t.Errorf("%s is marked as beyond the schema, which says: %v", name, err)
		case !marked && err == nil:
			t.Errorf("%s is allowed by the schema", name)
		case marked:
			blind++
		default:
			refused++
		}
		var bad *jsonschema.ValidationError
		if err != nil && !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if refused < 15 || blind < 15 {
		t.Errorf("only %d refused and %d beyond the schema", refused, blind)
	}
}

// Every key says what it is, for editors.
func TestSchemaDescribes(t *testing.T) {
	for _, part := range []string{
		"waiting requests per instance", "the client gives up after this", "how one instance serves them", `"oneOf"`, `"target-tracking"`,
	} {
		if !strings.Contains(string(Schema()), part) {
			t.Errorf("the schema does not say %s", part)
		}
	}
}
