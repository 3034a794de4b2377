// An independent judge: Go's sumdb/note and sumdb/tlog, as the Go project wrote them. Reads one question per line (JSON) from standard input and
// answers each with one line. It knows the public formats alone and nothing of Varve but what a third party would be told.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Kind      string   `json:"kind"`
	Keys      []string `json:"keys"`
	Note      string   `json:"note"`
	Key       string   `json:"key"`
	Text      string   `json:"text"`
	Proof     []string `json:"proof"`
	Index     int64    `json:"index"`
	Size      int64    `json:"size"`
	Root      string   `json:"root"`
	OldSize   int64    `json:"oldSize"`
	OldRoot   string   `json:"oldRoot"`
	Leaf      string   `json:"leaf"`
	Leaves    []string `json:"leaves"`
	Folder    string   `json:"folder"`
	Public    string   `json:"public"`
	Message   string   `json:"message"`
	Signature string   `json:"signature"`
}

type answer struct {
	Ok       bool     `json:"ok"`
	Why      string   `json:"why,omitempty"`
	Origin   string   `json:"origin,omitempty"`
	Size     int64    `json:"size"`
	Root     string   `json:"root,omitempty"`
	Verified int      `json:"verified"`
	Seconds  uint64   `json:"seconds,omitempty"`
	Note     string   `json:"note,omitempty"`
	Proof    []string `json:"proof,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		var q question
		var a answer
		err := json.Unmarshal(lines.Bytes(), &q)
		if err == nil {
			a, err = judge(q)
		}
		a.Ok = err == nil
		if err != nil {
			a.Why = err.Error()
		}
		line, _ := json.Marshal(a)
		out.Write(append(line, '\n'))
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		out.Flush()
		os.Exit(1)
	}
}

func judge(q question) (answer, error) {
	switch q.Kind {
	case "checkpoint":
		return checkpoint([]byte(q.Note), q.Keys)
	case "sign":
		return signed(q)
	case "record":
		root, err := tlog.ParseHash(q.Root)
		if err != nil {
			return answer{}, err
		}
		proof, err := hashes(q.Proof)
		if err != nil {
			return answer{}, err
		}
		return answer{}, tlog.CheckRecord(proof, q.Size, root, q.Index, tlog.RecordHash([]byte(q.Leaf)))
	case "tree":
		return answer{}, tree(q)
	case "prove":
		return prove(q)
	case "tiles":
		return tiles(q)
	case "ed25519":
		return answer{}, edwards(q)
	}
	return answer{}, fmt.Errorf("unknown question %q", q.Kind)
}

func hashes(texts []string) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(texts))
	for i, text := range texts {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return nil, err
		}
		all[i] = hash
	}
	return all, nil
}

// Opens the note with the keys given, of logs and of witnesses, and reads the three lines of a checkpoint.
func checkpoint(text []byte, keys []string) (answer, error) {
	var known []note.Verifier
	var seconds uint64
	for _, key := range keys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			verifier, err = newCosigner(key, &seconds)
		}
		if err != nil {
			return answer{}, err
		}
		known = append(known, verifier)
	}
	opened, err := note.Open(text, note.VerifierList(known...))
	if err != nil {
		return answer{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return answer{}, errors.New("not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] || size < 0 {
		return answer{}, errors.New("not a size")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return answer{}, err
	}
	return answer{Origin: lines[0], Size: size, Root: root.String(), Verified: len(opened.Sigs), Seconds: seconds}, nil
}

// A witness's key (type 0x04), which this version of sumdb/note does not know itself.
type cosigner struct {
	name    string
	hash    uint32
	key     ed25519.PublicKey
	seconds *uint64
}

func newCosigner(vkey string, seconds *uint64) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("not a cosigner's key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if hex.EncodeToString(sum[:4]) != parts[1] {
		return nil, errors.New("not this key's id")
	}
	return &cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), key[1:], seconds}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	*c.seconds = at
	return ed25519.Verify(c.key, append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", at)), msg...), sig[8:])
}

func signed(q question) (answer, error) {
	signer, err := note.NewSigner(q.Key)
	if err != nil {
		return answer{}, err
	}
	text, err := note.Sign(&note.Note{Text: q.Text}, signer)
	return answer{Note: string(text)}, err
}

func tree(q question) error {
	root, err := tlog.ParseHash(q.Root)
	if err != nil {
		return err
	}
	oldRoot, err := tlog.ParseHash(q.OldRoot)
	if err != nil {
		return err
	}
	proof, err := hashes(q.Proof)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, q.Size, root, q.OldSize, oldRoot)
}

// Builds a tree over the leaves and both kinds of proof, for our own checkers to judge.
func prove(q question) (answer, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	for i, leaf := range q.Leaves {
		more, err := tlog.StoredHashes(int64(i), []byte(leaf), reader)
		if err != nil {
			return answer{}, err
		}
		stored = append(stored, more...)
	}
	size := int64(len(q.Leaves))
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return answer{}, err
	}
	a := answer{Size: size, Root: root.String()}
	if q.OldSize > 0 {
		proof, err := tlog.ProveTree(size, q.OldSize, reader)
		if err != nil {
			return a, err
		}
		for _, hash := range proof {
			a.Proof = append(a.Proof, hash.String())
		}
		return a, nil
	}
	proof, err := tlog.ProveRecord(size, q.Index, reader)
	if err != nil {
		return a, err
	}
	for _, hash := range proof {
		a.Proof = append(a.Proof, hash.String())
	}
	return a, nil
}

// Mirrors a folder as a client of tlog-tiles would: the checkpoint first, then tiles through Go's own authenticating reader, then every entry.
func tiles(q question) (answer, error) {
	text, err := os.ReadFile(filepath.Join(q.Folder, "checkpoint"))
	if err != nil {
		return answer{}, err
	}
	a, err := checkpoint(text, q.Keys)
	if err != nil {
		return a, err
	}
	root, err := tlog.ParseHash(a.Root)
	if err != nil {
		return a, err
	}
	reader := tlog.TileHashReader(tlog.Tree{N: a.Size, Hash: root}, folderTiles(q.Folder))
	for first := int64(0); first < a.Size; first += 256 {
		count := a.Size - first
		if count > 256 {
			count = 256
		}
		entries, err := readBundle(q.Folder, first/256, int(count))
		if err != nil {
			return a, err
		}
		for i, entry := range entries {
			stored, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, first+int64(i))})
			if err != nil {
				return a, err
			}
			if tlog.RecordHash(entry) != stored[0] {
				return a, fmt.Errorf("entry %d is not the one in the tree", first+int64(i))
			}
		}
	}
	return a, nil
}

// The paths of C2SP: those of Go without the height, and .p/<W> only where a tile is partial.
func readBundle(folder string, no int64, count int) ([][]byte, error) {
	path := strings.Replace(tlog.Tile{H: 8, L: -1, N: no, W: count}.Path(), "tile/8/data/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("bundle ends too early")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(entries) != count {
		return nil, fmt.Errorf("bundle of %d entries, not %d", len(entries), count)
	}
	return entries, nil
}

type folderTiles string

func (f folderTiles) Height() int { return 8 }
func (f folderTiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		found[i] = data
	}
	return found, nil
}
func (f folderTiles) SaveTiles([]tlog.Tile, [][]byte) {}

func edwards(q question) error {
	key, err := hex.DecodeString(q.Public)
	if err != nil {
		return err
	}
	signature, err := hex.DecodeString(q.Signature)
	if err != nil {
		return err
	}
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, bytes.NewBufferString(q.Message).Bytes(), signature) {
		return errors.New("refused")
	}
	return nil
}
