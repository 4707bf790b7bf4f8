package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

const fillBatch = 100

// reading is a number of clients that each read a whole channel.
type reading struct {
	address       string
	authorization string
	channel       string
	events        int
}

// replay fills a channel, unless it was filled before, and has clients read all of it: over SSE, over
// a WebSocket, or page by page over HTTP.
func replay(arguments []string) {
	flags := flag.NewFlagSet("replay", flag.ExitOnError)
	r := reading{}
	flags.StringVar(&r.address, "address", "", "host and port")
	token := flags.String("token", "", "bearer token")
	pid := flags.Int("pid", 0, "process of the server")
	flags.StringVar(&r.channel, "channel", "replay", "channel")
	flags.IntVar(&r.events, "events", 100000, "events")
	clients := flags.Int("clients", 1, "clients that read at the same time")
	how := flags.String("read", "sse", "fill, sse, ws or pages")
	flags.Parse(arguments)
	r.authorization = bearer(*token)
	ways := map[string]func() error{"fill": r.fill, "sse": r.readEvents, "ws": r.readSocket, "pages": r.readPages}
	way, ok := ways[*how]
	if !ok {
		fail(fmt.Errorf("unknown way to read: %q", *how))
	}
	before, began := cpuSeconds(*pid), time.Now()
	var group sync.WaitGroup
	for i := 0; i < *clients; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			if err := way(); err != nil {
				fail(err)
			}
		}()
	}
	group.Wait()
	all := float64(r.events) * float64(*clients)
	fmt.Printf("ok rate=%.0f cpu=%.2f\n", all/time.Since(began).Seconds(), (cpuSeconds(*pid)-before)/all*1e6)
}

// fill publishes the events in batches.
func (r reading) fill() error {
	connection, err := net.Dial("tcp", r.address)
	if err != nil {
		return err
	}
	reader := bufio.NewReader(connection)
	for first := 1; first <= r.events; first += fillBatch {
		items := []string{}
		for n := first; n < first+fillBatch && n <= r.events; n++ {
			items = append(items, fmt.Sprintf(`{"channel":%q,"payload":{"n":%d,"pad":"%s"}}`, r.channel, n, padding))
		}
		post(connection, "/broadcasty/publish", r.authorization, "["+strings.Join(items, ",")+"]")
		closes, err := readAnswer(reader)
		if err != nil {
			return err
		}
		if closes {
			connection.Close()
			if connection, err = net.Dial("tcp", r.address); err != nil {
				return err
			}
			reader = bufio.NewReader(connection)
		}
	}
	return nil
}

// order checks that events come in order and without gaps.
type order struct{ last, want int }

func (o *order) isWhole() bool { return o.last == o.want }

// see takes the text of one or several events.
func (o *order) see(text []byte) error {
	for {
		at := bytes.Index(text, []byte(`"payload":{"n":`))
		if at < 0 {
			return nil
		}
		text = text[at+len(`"payload":{"n":`):]
		n := 0
		for i := 0; text[i] >= '0' && text[i] <= '9'; i++ {
			n = n*10 + int(text[i]-'0')
		}
		if n != o.last+1 {
			return fmt.Errorf("event %d came after %d", n, o.last)
		}
		o.last = n
	}
}

func (r reading) readEvents() error {
	answer, err := r.get("/broadcasty/sse?fromSequence=0&channel=" + r.channel)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	seen := order{want: r.events}
	lines := bufio.NewReaderSize(answer.Body, 64*1024)
	for !seen.isWhole() {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return err
		}
		if err := seen.see(line); err != nil {
			return err
		}
	}
	return nil
}

func (r reading) readSocket() error {
	connection, reader, err := openSocket(r.address, "/broadcasty/ws", r.authorization)
	if err != nil {
		return err
	}
	defer connection.Close()
	writeFrame(connection, 1, []byte(fmt.Sprintf(`{"id":1,"command":"subscribe","fromSequence":0,"channel":%q}`, r.channel)))
	seen := order{want: r.events}
	for !seen.isWhole() {
		opcode, payload, err := readFrame(reader)
		if err != nil {
			return err
		}
		if opcode == 8 {
			return fmt.Errorf("closed with %q after event %d", payload, seen.last)
		}
		if opcode == 9 {
			writeFrame(connection, 10, payload)
		}
		if err := seen.see(payload); err != nil {
			return err
		}
	}
	return nil
}

func (r reading) readPages() error {
	seen := order{want: r.events}
	for next := 1; !seen.isWhole(); {
		answer, err := r.get(fmt.Sprintf("/broadcasty/replay?channel=%s&limit=1000&from=%d", r.channel, next))
		if err != nil {
			return err
		}
		page, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return err
		}
		if err := seen.see(page); err != nil {
			return err
		}
		var rest struct {
			Next int `json:"next"`
		}
		if err := json.Unmarshal(page, &rest); err != nil {
			return err
		}
		if rest.Next == 0 && !seen.isWhole() {
			return errors.New("the pages end too early")
		}
		next = rest.Next
	}
	return nil
}

func (r reading) get(path string) (*http.Response, error) {
	request, err := http.NewRequest("GET", "http://"+r.address+path, nil)
	if err != nil {
		return nil, err
	}
	name, value, _ := strings.Cut(strings.TrimSpace(r.authorization), ": ")
	if name != "" {
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s is answered with %s", path, answer.Status)
	}
	return answer, nil
}
