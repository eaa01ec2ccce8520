package main

import (
	"fmt"
	"os"
	"path/filepath"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local"
)

// spark returns what runs the extraction, nil without --tables.
func (c *runCommand) spark(s program.Streams, objects string) (*local.Spark, error) {
	if c.Tables == "" {
		return nil, nil
	}
	tables, err := filepath.Abs(c.Tables)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(tables); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("--tables %s: no such folder: name the folder with the tables of the trial, such as dm.xpt", c.Tables)
	}
	python, err := local.FindPython()
	if err != nil {
		return nil, err
	}
	failed := func(reason string, lines []string) {
		note(s, reason+"; its last lines:")
		for _, line := range lines {
			note(s, "  "+line)
		}
	}
	return &local.Spark{Python: python, Tables: tables, S3: local.S3{Dir: objects}, Failed: failed}, nil
}

// logSpark opens the log of Spark in the folder for results.
func logSpark(spark *local.Spark, out string) (closeLog func(), err error) {
	folder := filepath.Join(out, "logs")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(folder, "spark.log"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	spark.Log = file
	return func() { _ = file.Close() }, nil // Nothing depends on the log.
}
