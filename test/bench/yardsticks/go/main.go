// The yardstick for the plugins of this suite: a minimal plugin in Go, the language of Kong's own plugin development kit.
//
// It reads the headers and the body, parses the body as JSON and shares one value, as every guard must. It checks nothing.
package main

import (
	"encoding/json"

	"github.com/Kong/go-pdk"
	"github.com/Kong/go-pdk/server"
)

const (
	version    = "1.0.0"
	priority   = 930
	maxHeaders = 1000
)

// Config has no fields.
type Config struct{}

// message is the part of a JSON-RPC request that a guard needs at least.
type message struct {
	Method string         `json:"method"`
	ID     any            `json:"id"`
	Params map[string]any `json:"params"`
}

// Access runs for each request.
func (Config) Access(kong *pdk.PDK) {
	headers, err := kong.Request.GetHeaders(maxHeaders)
	if err != nil || len(headers) == 0 {
		kong.Response.Exit(500, nil, nil)
		return
	}
	body, err := kong.Request.GetRawBody()
	if err != nil {
		kong.Response.Exit(500, nil, nil)
		return
	}
	var call message
	if err := json.Unmarshal(body, &call); err != nil {
		kong.Response.Exit(400, nil, nil)
		return
	}
	if err := kong.Ctx.SetShared("mcp", call.Method); err != nil {
		kong.Response.Exit(500, nil, nil)
	}
}

func main() {
	newConfig := func() any { return &Config{} }
	if err := server.StartServer(newConfig, version, priority); err != nil {
		panic(err)
	}
}
