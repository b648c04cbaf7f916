package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A browser is a session of a headless Chromium that chromedriver controls, by the
// WebDriver protocol.
type browser struct {
	t       *testing.T
	session string // address
}

// startBrowser skips the test where the two programs are not installed.
func startBrowser(t *testing.T) *browser {
	chromium := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			chromium = path
			break
		}
	}
	driver, err := exec.LookPath("chromedriver")
	if err != nil || chromium == "" {
		t.Skip("no chromium and chromedriver here")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	c := exec.Command(driver, "--port="+port)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	b := &browser{t: t, session: "http://127.0.0.1:" + port}
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if r, err := http.Get(b.session + "/status"); err == nil {
			r.Body.Close()
			break
		}
		if time.Since(start) > 20*time.Second {
			t.Fatal("chromedriver does not answer")
		}
	}
	var made struct{ SessionID string }
	b.call("POST", "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"goog:loggingPrefs": map[string]string{"browser": "ALL", "performance": "ALL"},
		"goog:chromeOptions": map[string]any{"binary": chromium,
			"args": []string{"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1280,900"}},
	}}}, &made)
	b.session += "/session/" + made.SessionID
	t.Cleanup(func() { b.call("DELETE", "", nil, nil) })
	return b
}

func (b *browser) call(method, path string, body, value any) {
	b.t.Helper()
	text := []byte("{}")
	if body != nil {
		text, _ = json.Marshal(body)
	}
	q, err := http.NewRequest(method, b.session+path, bytes.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Body.Close()
	reply, _ := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusOK {
		b.t.Fatalf("%s %s: %s: %s", method, path, r.Status, reply)
	}
	if value != nil {
		if err := json.Unmarshal(reply, &struct{ Value any }{value}); err != nil {
			b.t.Fatal(err)
		}
	}
}

// eval runs a script in the page and returns what it returns, as text.
func (b *browser) eval(script string) string {
	b.t.Helper()
	var v any
	b.call("POST", "/execute/sync", map[string]any{"script": script, "args": []any{}}, &v)
	return fmt.Sprint(v)
}

func (b *browser) expect(what, script, want string) {
	b.t.Helper()
	if got := b.eval(script); got != want {
		b.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// screenshot keeps a picture of the whole page, or of what is on the screen, where
// PAGE_SHOTS names a folder.
func (b *browser) screenshot(name string, width int, whole bool) {
	dir := os.Getenv("PAGE_SHOTS")
	if dir == "" {
		return
	}
	b.resize(width)
	var shot struct{ Data string }
	b.call("POST", "/goog/cdp/execute", map[string]any{"cmd": "Page.captureScreenshot",
		"params": map[string]any{"captureBeyondViewport": whole}}, &shot)
	picture, err := base64.StdEncoding.DecodeString(shot.Data)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), picture, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) resize(width int) {
	b.call("POST", "/goog/cdp/execute", map[string]any{"cmd": "Emulation.setDeviceMetricsOverride",
		"params": map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}}, nil)
}

func (b *browser) logs(kind string) (messages []string) {
	var entries []struct{ Level, Message string }
	b.call("POST", "/se/log", map[string]string{"type": kind}, &entries)
	for _, e := range entries {
		messages = append(messages, e.Level+" "+e.Message)
	}
	return messages
}

func TestPageInBrowser(t *testing.T) {
	b := startBrowser(t)
	file := filepath.Join(t.TempDir(), "page.html")
	if path := os.Getenv("PAGE_FILE"); path != "" { // a page of a real run
		file = path
	} else if err := os.WriteFile(file, []byte(draw(t, "page", sample())), 0o644); err != nil {
		t.Fatal(err)
	}
	b.call("POST", "/url", map[string]string{"url": "file://" + file}, nil)
	const rows = `[...document.querySelectorAll("#table tbody tr")].filter((r) => !r.hidden)`
	const column = `.map((r) => Number(r.cells[%d].dataset.v)).filter(Boolean)`
	total := b.eval("return " + rows + ".length")
	b.expect("losses come first", "const v = "+rows+fmt.Sprintf(column, 1)+"; return v.every((x, i) => !i || v[i-1] <= x)", "true")

	press := func(k int) { b.eval(fmt.Sprintf(`document.querySelectorAll("#table thead button")[%d].click()`, k)) }
	press(4)
	b.expect("sorted up", "const v = "+rows+fmt.Sprintf(column, 4)+"; return v.every((x, i) => !i || v[i-1] <= x)", "true")
	press(4)
	b.expect("sorted down", "const v = "+rows+fmt.Sprintf(column, 4)+"; return v.every((x, i) => !i || v[i-1] >= x)", "true")
	b.expect("aria-sort", `return [...document.querySelectorAll("#table th[aria-sort]")].map((h) => h.getAttribute("aria-sort")).join()`, "descending")

	input := func(id, set string) {
		b.eval(fmt.Sprintf(`const e = document.getElementById(%q); e.%s; e.dispatchEvent(new Event("input", {bubbles: true}))`, id, set))
	}
	input("family", `value = "slice"`)
	b.expect("one family", "return new Set("+rows+".map((r) => r.dataset.family)).size + [..."+rows+"][0].dataset.family", "1slice")
	input("find", `value = "no such case"`)
	b.expect("nothing found", `return document.getElementById("count").textContent`, "0 of "+total+" cases")
	input("find", `value = ""`)
	input("family", `value = ""`)
	input("behind", `checked = true`)
	b.expect("behind only", "return "+rows+".length > 0 && "+rows+".every((r) => r.cells[1].dataset.v < 1)", "true")
	input("behind", `checked = false`)
	b.expect("all again", "return "+rows+".length", total)

	ink := "return getComputedStyle(document.body).backgroundColor"
	light := b.eval(ink)
	b.eval(`document.getElementById("dress").click()`)
	if b.eval(ink) == light {
		t.Error("the dark mode looks like the light one")
	}
	b.expect("pressed", `return document.getElementById("dress").getAttribute("aria-pressed")`, "true")
	b.screenshot("1280-dark.png", 1280, true)
	b.eval(`document.getElementById("dress").click()`)
	b.expect("light again", ink, light)

	b.eval(`document.querySelector(".heat .case").focus()`)
	key := func(code string) {
		b.call("POST", "/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "k",
			"actions": []any{map[string]string{"type": "keyDown", "value": code}, map[string]string{"type": "keyUp", "value": code}}}}}, nil)
	}
	key("\uE007") // Enter
	b.expect("details by keyboard", `const d = document.getElementById("detail"); return d.open && d.querySelectorAll("tr").length > 2 && document.getElementById("d-explain").textContent.length > 3`, "true")
	b.screenshot("detail.png", 390, false)
	key("\uE00C") // Escape
	b.expect("closed by keyboard", `return document.getElementById("detail").open`, "false")

	for _, width := range []int{1280, 390} {
		b.screenshot(fmt.Sprintf("%d.png", width), width, true)
		b.resize(width)
		b.expect(fmt.Sprintf("every chart is drawn once at %d", width), `return [...document.querySelectorAll("figure")].every((f) => [...f.querySelectorAll("svg")].filter((s) => s.getClientRects().length).length === 1)`, "true")
		b.expect(fmt.Sprintf("nothing wider than %d", width), "return document.documentElement.scrollWidth <= innerWidth", "true")
	}
	b.expect("controls have names", `return [...document.querySelectorAll("button, input, select, svg")].filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.labels?.length)).length`, "0")

	for _, message := range b.logs("browser") {
		t.Errorf("console: %s", message)
	}
	for _, message := range b.logs("performance") {
		if strings.Contains(message, "Network.requestWillBeSent\"") && strings.Contains(message, `"url":"http`) {
			t.Errorf("network request: %s", message)
		}
	}
}
