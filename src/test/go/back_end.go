// A back end of an application with the library pusher-http-go. It reads calls, a line of JSON each, and answers each
// with a line. usage: back_end PORT APP-ID KEY SECRET MASTER-KEY
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/pusher/pusher-http-go/v5"
)

type event struct {
	Channel string          `json:"channel"`
	Name    string          `json:"name"`
	Data    json.RawMessage `json:"data"`
}

type arguments struct {
	Channels  []string        `json:"channels"`
	Channel   string          `json:"channel"`
	Name      string          `json:"name"`
	Data      interface{}     `json:"data"`
	SocketID  *string         `json:"socketId"`
	Events    []event         `json:"events"`
	Prefix    string          `json:"prefix"`
	Info      []string        `json:"info"`
	Member    *member         `json:"member"`
	User      json.RawMessage `json:"user"`
	Key       string          `json:"key"`
	Signature string          `json:"signature"`
	Body      string          `json:"body"`
}

type member struct {
	UserID   string            `json:"user_id"`
	UserInfo map[string]string `json:"user_info"`
}

type call struct {
	Name      string    `json:"name"`
	Arguments arguments `json:"arguments"`
}

func main() {
	client := pusher.Client{
		AppID: os.Args[2], Key: os.Args[3], Secret: os.Args[4], Host: "127.0.0.1:" + os.Args[1],
		EncryptionMasterKeyBase64: os.Args[5],
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var next call
		if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
			panic(err)
		}
		answer := map[string]interface{}{}
		if result, err := answerTo(client, next.Name, next.Arguments); err != nil {
			answer["error"] = err.Error()
		} else {
			answer["result"] = result
		}
		text, _ := json.Marshal(answer)
		fmt.Println(string(text))
	}
}

func answerTo(client pusher.Client, name string, a arguments) (interface{}, error) {
	switch name {
	case "trigger":
		if len(a.Channels) > 1 {
			return nil, client.TriggerMulti(a.Channels, a.Name, a.Data)
		}
		return client.TriggerWithParams(a.Channels[0], a.Name, a.Data, pusher.TriggerParams{SocketID: a.SocketID})
	case "batch":
		batch := []pusher.Event{}
		for _, each := range a.Events {
			batch = append(batch, pusher.Event{Channel: each.Channel, Name: each.Name, Data: each.Data})
		}
		return client.TriggerBatch(batch)
	case "channels":
		info := "user_count"
		list, err := client.Channels(pusher.ChannelsParams{FilterByPrefix: &a.Prefix, Info: &info})
		return list, err
	case "channel":
		info := strings.Join(a.Info, ",")
		return client.Channel(a.Channel, pusher.ChannelParams{Info: &info})
	case "users":
		return client.GetChannelUsers(a.Channel)
	case "authorize":
		form := []byte(url.Values{"socket_id": {*a.SocketID}, "channel_name": {a.Channel}}.Encode())
		if a.Member == nil {
			return raw(client.AuthorizePrivateChannel(form))
		}
		return raw(client.AuthorizePresenceChannel(form, pusher.MemberData{UserID: a.Member.UserID, UserInfo: a.Member.UserInfo}))
	case "authenticate":
		var user map[string]interface{}
		if err := json.Unmarshal(a.User, &user); err != nil {
			return nil, err
		}
		return raw(client.AuthenticateUser([]byte(url.Values{"socket_id": {*a.SocketID}}.Encode()), user))
	case "sendToUser":
		var user string
		if err := json.Unmarshal(a.User, &user); err != nil {
			return nil, err
		}
		return nil, client.SendToUser(user, a.Name, a.Data)
	case "webhook":
		header := http.Header{"X-Pusher-Key": {a.Key}, "X-Pusher-Signature": {a.Signature}}
		hook, err := client.Webhook(header, []byte(a.Body))
		if err != nil {
			return nil, nil
		}
		return hook, nil
	}
	return nil, errors.New("unsupported")
}

func raw(text []byte, err error) (interface{}, error) {
	return json.RawMessage(text), err
}
