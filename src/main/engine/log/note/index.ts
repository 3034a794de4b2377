// C2SP codecs: keys, signed notes, checkpoints, cosignatures, proof files. Pure: no files, no clock, no chance.
export { BadNote, type BadNoteReason } from './bad-note.ts';
export { decodeBase64, encodeBase64 } from './base64.ts';
export { publicKeyOf } from './ed25519.ts';
export { formatVkey, keyTypes, makeVkey, parseVkey, type KeyType, type Vkey } from './vkey.ts';
export { formatNote, parseNote, parseSignatureLines, signText, verifyNote, type ParsedNote, type SignatureLine } from './note.ts';
export { formatCheckpoint, parseCheckpoint, type Checkpoint } from './checkpoint.ts';
export { cosign, cosignatureTime, verifyCosignature, type Cosignature } from './cosignature.ts';
export { formatProofFile, parseProofFile, type ProofFile } from './proof-file.ts';
