// What a witness answers, over HTTP and in files alike. Pure.
export type RefusalReason = 'unreadable' | 'old-larger' | 'unknown-origin' | 'bad-signature' | 'other-size' | 'fork' | 'bad-proof';

/** `size` of a 409: how far this witness has followed the log. */
export type WitnessAnswer =
  | { status: 200; origin: string; size: number; atSeconds: number; lines: string }
  | { status: 409; reason: 'other-size' | 'fork'; origin: string; size: number; asked: number }
  | { status: 400 | 403 | 404 | 422; reason: Exclude<RefusalReason, 'other-size' | 'fork'>; detail: string };

/** What goes over the wire or into the answer file. */
export function answerBody(answer: WitnessAnswer): { type: string; body: string } {
  if (answer.status === 200) return { type: 'text/plain; charset=utf-8', body: answer.lines };
  if (answer.status === 409) return { type: 'text/x.tlog.size', body: `${answer.size}\n` };
  return { type: 'text/plain; charset=utf-8', body: `${answer.detail}\n` };
}
