// What `electron` is in a utility process: next to nothing. A named import of anything else fails to link, as it should.
function absent(name: string): object {
  return new Proxy(
    {},
    {
      get(_target, key) {
        if (typeof key === 'symbol') return undefined;
        throw new Error(`stand-in: electron.${name}.${key} is not provided`);
      }
    }
  );
}
export const net = absent('net');
export const systemPreferences = absent('systemPreferences');
const all = { net, systemPreferences };
export { all as default };
