// load simulates clients of a server for bench/users and bench/replay: the first argument says which.
// It prints what came of a measured round, after one to warm up, as NAME=VALUE pairs.
package main

import (
	"fmt"
	"os"
)

func main() {
	commands := map[string]func([]string){"users": users, "replay": replay}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fail(fmt.Errorf("usage: load users|replay OPTIONS"))
	}
	commands[os.Args[1]](os.Args[2:])
}

// fail prints why there is no result, and ends.
func fail(err error) {
	fmt.Println("failed", err)
	os.Exit(1)
}
