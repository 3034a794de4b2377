// What is wrong with a key, a note, a checkpoint or a proof file. `reason` is for programs and for the words a caller makes of it;
// the message is technical English and never repeats bytes of the input.

export type BadNoteReason =
  | 'too-large'
  | 'not-text'
  | 'shape'
  | 'base64'
  | 'key-name'
  | 'key-id'
  | 'key-type'
  | 'key-twice'
  | 'signature-line'
  | 'too-many-signatures'
  | 'bad-signature'
  | 'no-known-signature'
  | 'origin'
  | 'size'
  | 'root'
  | 'index'
  | 'hash'
  | 'time';

export class BadNote extends Error {
  override readonly name = 'BadNote';
  readonly reason: BadNoteReason;

  constructor(reason: BadNoteReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export function bad(reason: BadNoteReason, message: string): never {
  throw new BadNote(reason, message);
}
