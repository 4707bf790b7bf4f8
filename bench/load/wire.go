package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// openSocket opens a WebSocket.
func openSocket(address, path, authorization string) (net.Conn, *bufio.Reader, error) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%sUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", path, authorization)
	reader := bufio.NewReaderSize(connection, 64*1024)
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		return nil, nil, err
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return nil, nil, fmt.Errorf("the handshake was answered with %s", answer.Status)
	}
	return connection, reader, nil
}

// bearer returns the header of a token; nothing without one.
func bearer(token string) string {
	if token == "" {
		return ""
	}
	return "Authorization: Bearer " + token + "\r\n"
}

// post sends a request over a connection that is kept.
func post(to io.Writer, path, authorization, body string) {
	fmt.Fprintf(to, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, authorization, len(body), body)
}

// readAnswer reads the answer to a publication, and tells whether the server closes the connection.
func readAnswer(reader *bufio.Reader) (closes bool, err error) {
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		return false, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return false, err
	}
	if answer.StatusCode != http.StatusOK {
		return false, fmt.Errorf("a publication was answered with %s: %s", answer.Status, body)
	}
	var failure struct {
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &failure) == nil && failure.Error != nil {
		return false, errors.New(string(body))
	}
	return answer.Close, nil
}

func writeFrame(to io.Writer, opcode byte, payload []byte) {
	frame := []byte{0x80 | opcode}
	if len(payload) < 126 {
		frame = append(frame, 0x80|byte(len(payload)))
	} else {
		frame = append(frame, 0x80|126, byte(len(payload)>>8), byte(len(payload)))
	}
	frame = append(frame, 0, 0, 0, 0) // a mask that changes nothing
	if _, err := to.Write(append(frame, payload...)); err != nil {
		fail(err)
	}
}

func readFrame(reader *bufio.Reader) (opcode byte, payload []byte, err error) {
	var head [2]byte
	if _, err = io.ReadFull(reader, head[:]); err != nil {
		return 0, nil, err
	}
	length := int(head[1] & 127)
	extended := map[int]int{126: 2, 127: 8}[length]
	for i := 0; i < extended; i++ {
		if i == 0 {
			length = 0
		}
		next, err := reader.ReadByte()
		if err != nil {
			return 0, nil, err
		}
		length = length<<8 | int(next)
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(reader, payload)
	return head[0] & 15, payload, err
}

// cpuSeconds returns the CPU time that a process has used.
func cpuSeconds(pid int) float64 {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		fail(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+2:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	kernel, _ := strconv.ParseFloat(fields[12], 64)
	return (user + kernel) / 100
}
