package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"net"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// marker comes before the time at which a publication was written, in 16 hexadecimal digits.
const (
	marker  = "MK:"
	padding = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
)

var start = time.Now()

// server knows how to speak to one kind of server.
type server struct {
	socket     string
	subscribe  func(channel string) []string
	subscribed string // in the reply to the last message of subscribe
	publish    func(channels []string, data func() string) (path, body string)
}

func servers() map[string]server {
	return map[string]server{
		"broadcasty": {
			socket: "/broadcasty/ws",
			subscribe: func(channel string) []string {
				return []string{fmt.Sprintf(`{"id":1,"command":"subscribe","channel":%q}`, channel)}
			},
			subscribed: `"reply":1`,
			publish: func(channels []string, data func() string) (string, string) {
				items := make([]string, len(channels))
				for i, channel := range channels {
					items[i] = fmt.Sprintf(`{"channel":%q,"payload":%s}`, channel, data())
				}
				if len(items) == 1 {
					return "/broadcasty/publish", items[0]
				}
				return "/broadcasty/publish", "[" + strings.Join(items, ",") + "]"
			},
		},
		"centrifugo": {
			socket: "/connection/websocket",
			subscribe: func(channel string) []string {
				return []string{`{"id":1,"connect":{}}`, fmt.Sprintf(`{"id":2,"subscribe":{"channel":%q}}`, channel)}
			},
			subscribed: `"id":2`,
			publish: func(channels []string, data func() string) (string, string) {
				items := make([]string, len(channels))
				for i, channel := range channels {
					items[i] = fmt.Sprintf(`{"channel":%q,"data":%s}`, channel, data())
				}
				if len(items) == 1 {
					return "/api/publish", items[0]
				}
				return "/api/batch", `{"commands":[{"publish":` + strings.Join(items, `},{"publish":`) + `}]}`
			},
		},
	}
}

type load struct {
	server        server
	address       string
	authorization string
	pid           int
	users         int
	publishers    int
	batch         int
	rate          float64
	seconds       int

	mu        sync.Mutex
	latencies []float64
	sent      atomic.Int64
}

// users simulates users with a channel each: every one is subscribed to its own channel over a
// WebSocket, and publishers publish to them in turn over HTTP. A latency is the time from before a
// publication is written until its subscriber reads it.
func users(arguments []string) {
	flags := flag.NewFlagSet("users", flag.ExitOnError)
	l := load{}
	kind := flags.String("kind", "broadcasty", "broadcasty or centrifugo")
	flags.StringVar(&l.address, "address", "", "host and port")
	token := flags.String("token", "", "bearer token")
	flags.IntVar(&l.pid, "pid", 0, "process of the server")
	flags.IntVar(&l.users, "users", 1000, "users")
	flags.IntVar(&l.publishers, "publishers", 16, "publishers")
	flags.IntVar(&l.batch, "batch", 1, "publications in a request")
	flags.Float64Var(&l.rate, "rate", 0, "publications a second; 0: as many as possible")
	flags.IntVar(&l.seconds, "seconds", 15, "seconds of each round")
	flags.Parse(arguments)
	known, ok := servers()[*kind]
	if !ok {
		fail(fmt.Errorf("unknown kind %q", *kind))
	}
	l.server = known
	l.authorization = bearer(*token)
	l.connectAll()
	l.round() // to warm up
	l.report(l.round())
}

func (l *load) connectAll() {
	ready := make(chan error, l.users)
	for i := 0; i < l.users; i++ {
		go l.subscribe(channel(i), ready)
		if i%50 == 49 {
			time.Sleep(2 * time.Millisecond) // a storm is measured elsewhere
		}
	}
	for i := 0; i < l.users; i++ {
		if err := <-ready; err != nil {
			fail(err)
		}
	}
}

func channel(user int) string { return "user." + strconv.Itoa(user) }

// subscribe reads the channel of a user until the end; it tells ready once it is subscribed.
func (l *load) subscribe(channel string, ready chan<- error) {
	connection, reader, err := openSocket(l.address, l.server.socket, l.authorization)
	if err != nil {
		ready <- err
		return
	}
	for _, text := range l.server.subscribe(channel) {
		writeFrame(connection, 1, []byte(text))
	}
	subscribed := false
	for {
		opcode, payload, err := readFrame(reader)
		if err != nil {
			if !subscribed {
				ready <- err
			}
			return
		}
		text := string(payload)
		switch {
		case opcode == 9:
			writeFrame(connection, 10, payload)
		case text == "{}": // a ping of Centrifugo
			writeFrame(connection, 1, payload)
		case !subscribed && strings.Contains(text, l.server.subscribed):
			subscribed = true
			ready <- nil
		default:
			l.received(text)
		}
	}
}

func (l *load) received(text string) {
	now := time.Since(start).Nanoseconds()
	for at := strings.Index(text, marker); at >= 0; at = strings.Index(text, marker) {
		text = text[at+len(marker):]
		written, err := strconv.ParseInt(text[:16], 16, 64)
		if err != nil {
			fail(err)
		}
		l.mu.Lock()
		l.latencies = append(l.latencies, float64(now-written)/1e6)
		l.mu.Unlock()
	}
}

// round publishes for some seconds and returns the server's CPU time in seconds.
func (l *load) round() float64 {
	l.mu.Lock()
	l.latencies = nil
	l.mu.Unlock()
	l.sent.Store(0)
	before := cpuSeconds(l.pid)
	end := time.Now().Add(time.Duration(l.seconds) * time.Second)
	var publishers sync.WaitGroup
	for i := 0; i < l.publishers; i++ {
		publishers.Add(1)
		go func(first int) {
			defer publishers.Done()
			if err := l.publish(first, end); err != nil {
				fail(err)
			}
		}(i)
	}
	publishers.Wait()
	time.Sleep(500 * time.Millisecond) // what is under way arrives
	return cpuSeconds(l.pid) - before
}

// publish sends requests over one connection, each to the next users of this publisher.
func (l *load) publish(first int, end time.Time) error {
	connection, reader, err := l.dial()
	if err != nil {
		return err
	}
	interval := time.Duration(0)
	if l.rate > 0 {
		interval = time.Duration(float64(l.publishers*l.batch) / l.rate * float64(time.Second))
	}
	due := time.Now()
	for user := first; time.Now().Before(end); user += l.publishers * l.batch {
		if interval > 0 {
			due = due.Add(interval)
			time.Sleep(time.Until(due))
		}
		channels := make([]string, l.batch)
		for i := range channels {
			channels[i] = channel((user + i*l.publishers) % l.users)
		}
		path, body := l.server.publish(channels, func() string {
			return fmt.Sprintf(`{"p":"%s%016x","pad":"%s"}`, marker, time.Since(start).Nanoseconds(), padding)
		})
		post(connection, path, l.authorization, body)
		closes, err := readAnswer(reader)
		if err != nil {
			return err
		}
		l.sent.Add(int64(l.batch))
		if closes { // some servers end a connection after a number of requests
			connection.Close()
			if connection, reader, err = l.dial(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *load) dial() (net.Conn, *bufio.Reader, error) {
	connection, err := net.Dial("tcp", l.address)
	if err != nil {
		return nil, nil, err
	}
	return connection, bufio.NewReaderSize(connection, 8192), nil
}

func (l *load) report(cpu float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := l.sent.Load()
	if sent == 0 || len(l.latencies) == 0 {
		fail(errors.New("nothing was delivered"))
	}
	sort.Float64s(l.latencies)
	at := func(part float64) float64 { return l.latencies[int(float64(len(l.latencies)-1)*part)] }
	fmt.Printf("ok rate=%.0f cpu=%.1f p50=%.2f p99=%.2f missing=%d\n", float64(sent)/float64(l.seconds),
		cpu/float64(sent)*1e6, at(.5), at(.99), sent-int64(len(l.latencies)))
}
