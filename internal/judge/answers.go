package judge

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"clinical-risk-pipeline/internal/strictjson"
)

// Answers is a file of answers of one service. An interrupted judgement goes on from it.
type Answers struct {
	file    *os.File
	service string
	by      map[string]*Answer // by the key of the question
}

// keptAnswer is a line of the file.
type keptAnswer struct {
	Key string `json:"key"`
	Answer
}

// OpenAnswers opens the file, and makes it if there is none. service is that which answers, such as its endpoint: answers of another service in
// the file are ignored. A last line that was not written whole is dropped. Only its owner can read the file.
func OpenAnswers(name, service string) (*Answers, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	a := &Answers{file: file, service: service, by: map[string]*Answer{}}
	if err := a.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w: remove it, to ask again", name, err), file.Close())
	}
	return a, nil
}

func (a *Answers) read() error {
	reader := bufio.NewReader(a.file)
	whole := int64(0)
	for number := 1; ; number++ {
		line, err := reader.ReadBytes('\n')
		if err != nil { // At the end, what remains is no whole line.
			break
		}
		var kept keptAnswer
		if err := strictjson.Unmarshal(line, &kept); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		a.by[kept.Key] = &kept.Answer
		whole += int64(len(line))
	}
	if err := a.file.Truncate(whole); err != nil {
		return err
	}
	_, err := a.file.Seek(whole, 0)
	return err
}

// keyOf identifies a question to a service.
func keyOf(service string, q *Question) string {
	text, err := json.Marshal([]any{service, q.operation(), q.Validate, q.Test})
	if err != nil {
		panic("judge: a question cannot be marshalled: " + err.Error()) // It has texts only.
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}

// Of returns the answer to a question, nil if there is none.
func (a *Answers) Of(q *Question) *Answer { return a.by[keyOf(a.service, q)] }

// Keep adds an answer.
func (a *Answers) Keep(q *Question, answer *Answer) error {
	key := keyOf(a.service, q)
	line, err := json.Marshal(keptAnswer{key, *answer})
	if err != nil {
		return err
	}
	a.by[key] = answer
	_, err = a.file.Write(append(line, '\n'))
	return err
}

// Close closes the file.
func (a *Answers) Close() error { return a.file.Close() }

// Known returns the number of questions that have an answer.
func (a *Answers) Known(p *Plan) (n int) {
	for _, q := range p.Questions {
		if a.Of(q) != nil {
			n++
		}
	}
	return n
}
