package cmd_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	// go test repeats the tests of this package when the programs change.
	_ "clinical-risk-pipeline/asl/draw"
	_ "clinical-risk-pipeline/asl/mock"
	_ "clinical-risk-pipeline/local/runner"
)

// nobody is a user who owns nothing. other is the user who was here before.
const nobody, other = 65534, 65533

// programs builds asl and clinicalrisk where every user can run them, with the input files that their commands need.
func programs(t *testing.T) string {
	t.Helper()
	folder := open(t)
	for _, err := range []error{
		os.Chmod(folder, 0o755),
		os.WriteFile(filepath.Join(folder, "machine.json"), []byte(`{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}`), 0o644),
		os.CopyFS(filepath.Join(folder, "cdk.out"), os.DirFS("../local/assembly/testdata/cdk.out")),
		os.WriteFile(filepath.Join(folder, "subject.jsonl"), subject(t), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "build", "-o", folder, "./asl", "./clinicalrisk").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return folder
}

// commands are the commands that need nothing else, with a part of what they print.
var commands = []struct{ line, want string }{
	{"asl draw machine.json", "<svg "},
	{"asl validate machine.json", "valid"},
	{"asl run machine.json", "SUCCEEDED"},
	{"asl replay", ""},
	{"clinicalrisk approvals approve --help", "Usage:"},
	{"clinicalrisk run --assembly cdk.out --out OUT subject.jsonl", "report.html"},
}

// execute runs each command in a folder for temporary files. As root, it runs them as the user.
func execute(t *testing.T, folder, temporary string, user uint32) {
	t.Helper()
	out, err := os.MkdirTemp("", "out-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(out) })
	if os.Getuid() == 0 {
		if err := os.Chown(out, int(user), int(user)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range commands {
		words := strings.Fields(strings.ReplaceAll(c.line, "OUT", filepath.Join(out, "run")))
		command := exec.Command(filepath.Join(folder, words[0]), words[1:]...)
		command.Dir = folder
		command.Env = []string{"TMPDIR=" + temporary, "HOME=" + out, "PATH=" + os.Getenv("PATH")}
		if os.Getuid() == 0 {
			command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
		}
		if printed, err := command.CombinedOutput(); err != nil || !bytes.Contains(printed, []byte(c.want)) {
			t.Errorf("%s: %v, and %q is not in: %.600s", c.line, err, c.want, printed)
		}
	}
}

// The commands of approvals start no code that draws.
func TestApprovalsDoNotInitializeTheDrawing(t *testing.T) {
	command := exec.Command(filepath.Join(programs(t), "clinicalrisk"), "approvals", "approve", "--help")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	printed, err := command.CombinedOutput()
	if err != nil || !bytes.Contains(printed, []byte("init runtime ")) {
		t.Fatalf("%v: %s", err, printed)
	}
	for line := range strings.Lines(string(printed)) {
		if strings.HasPrefix(line, "init ") && (strings.Contains(line, "/draw") || strings.Contains(line, "graphviz")) {
			t.Error(line)
		}
	}
}

// Anybody on the machine can put files into the folder for temporary files. No command runs or needs what is there.
func TestNoCommandUsesTheTemporaryFolder(t *testing.T) {
	folder := programs(t)
	t.Run("files of another user", func(t *testing.T) {
		temporary := open(t)
		plant(t, temporary)
		watch := watched(t, temporary)
		execute(t, folder, temporary, uint32(os.Getuid()))
		for _, name := range watch() {
			t.Errorf("a command used %s", name)
		}
	})
	t.Run("a folder of another user", func(t *testing.T) {
		temporary := t.TempDir()
		if err := os.Chmod(temporary, 0o700); err != nil {
			t.Fatal(err)
		}
		if os.Getuid() != 0 {
			temporary = "/root" // which belongs to root
		}
		execute(t, folder, temporary, nobody)
	})
	t.Run("no folder", func(t *testing.T) {
		execute(t, folder, "/does/not/exist", uint32(os.Getuid()))
	})
	t.Run("files that the user must not read", func(t *testing.T) {
		temporary := open(t)
		if err := os.Chmod(plant(t, temporary), 0); err != nil {
			t.Fatal(err)
		}
		execute(t, folder, temporary, nobody)
	})
}

// open returns a folder in which every user can create files.
func open(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "open-") // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	return folder
}

// plant creates the folder in which go-graphviz 0.2.9 kept native code, as another user would, and returns it.
func plant(t *testing.T, temporary string) string {
	t.Helper()
	cache := filepath.Join(temporary, "go-graphviz", "wazero-v1.8.1-"+runtime.GOARCH+"-"+runtime.GOOS)
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Dir(cache), cache} {
		if os.Getuid() == 0 {
			if err := os.Chown(name, other, other); err != nil {
				t.Fatal(err)
			}
		}
	}
	return cache
}

// watched returns a function that tells which files of a folder and its folders were opened, created or changed in the meantime.
func watched(t *testing.T, folder string) func() []string {
	t.Helper()
	fd, err := syscall.InotifyInit1(syscall.IN_NONBLOCK | syscall.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	var folders []string // first, because the walk opens them
	err = filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			folders = append(folders, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	names := map[int32]string{}
	for _, path := range folders {
		wd, err := syscall.InotifyAddWatch(fd, path, syscall.IN_OPEN|syscall.IN_CREATE|syscall.IN_MODIFY|syscall.IN_ATTRIB|syscall.IN_MOVED_TO)
		if err != nil {
			t.Fatal(err)
		}
		names[int32(wd)] = path
	}
	return func() []string {
		buffer := make([]byte, 1<<16)
		n, err := syscall.Read(fd, buffer)
		if errors.Is(err, syscall.EAGAIN) {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		return events(buffer[:n], names)
	}
}

// events returns the paths in what the kernel reported. See inotify(7).
func events(report []byte, names map[int32]string) []string {
	var used []string
	for len(report) >= syscall.SizeofInotifyEvent {
		wd := int32(binary.NativeEndian.Uint32(report))
		end := syscall.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(report[12:]))
		name := string(bytes.TrimRight(report[syscall.SizeofInotifyEvent:end], "\x00"))
		used = append(used, filepath.Join(names[wd], name))
		report = report[end:]
	}
	return used
}
