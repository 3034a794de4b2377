/** Trace id of a `traceparent` (W3C Trace Context, version 00); undefined when there is none or it is not well-formed: then a run begins a trace of its own. */
export function traceOf(header: string | string[] | undefined): string | undefined {
  const [, trace, parent] = (typeof header === 'string' && /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(header.trim())) || [];
  return trace === undefined || /^0+$/.test(trace) || /^0+$/.test(parent as string) ? undefined : trace;
}
