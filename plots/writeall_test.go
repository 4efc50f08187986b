package plots

import (
	"os"
	"path/filepath"
)

// WriteAll writes every chart of the runs into dir, which must exist.
func WriteAll(dir string, in []Input) error {
	files, err := Files(in)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
