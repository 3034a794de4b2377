// Finds, in the program's sources, the English texts that reach people through a failure's data: what stands at `reason`, `what`, `detail` of an
// object, at `kind` of a failure's data, or is passed to a function, a class or a method that puts its parameter there. Expressions become
// templates: what is filled in while the program runs is written `{}`.
import { bindingOf, isFunction, nameOf, parameterName, placeOf, readSources, type Node, type SourceFile } from './sources.ts';

export interface ReasonText {
  text: string;
  /** Says what kind of thing is meant (`kind` of a failure's data). */
  ofKind: boolean;
  /** File and line, for the words of a failing test. */
  place: string;
}

const textFields = new Set(['reason', 'what', 'detail']);
/** What is called or made with words that reach people on ways that syntax does not show, and at which position the words stand. */
const wordsAt: Record<string, number> = { NotCanonical: 1, BadNote: 1, SyntaxError: 0, WriteProblem: 0, 'problems.push': 0, 'degraded.note': 0, 'degraded.attempt': 0, 'regex': 1, 'refine': 1 };

/** `roots` are folders of sources; places are told from `base` on. */
export function findReasonTexts(base: string, roots: readonly string[]): ReasonText[] {
  const finder = new Finder(roots.flatMap((root) => readSources(root)));
  return finder.run().map(({ text, node }) => ({ text, ofKind: finder.kinds.has(text), place: placeOf(node, base) }));
}

interface Found {
  text: string;
  node: Node;
}

class Finder {
  readonly #files: readonly SourceFile[];
  readonly #found = new Map<string, Found>();
  /** Calls and constructions by the name that is called. */
  readonly #calls = new Map<string, Node[]>();
  /** Parameters that end in a failure's data. */
  readonly #sinks = new Map<Node, Set<number>>();
  readonly #looking = new Set<Node>();
  readonly kinds = new Set<string>();
  /** Whether what is looked at now ends as a kind. */
  #ofKind = false;

  constructor(files: readonly SourceFile[]) {
    this.#files = files;
  }

  run(): Found[] {
    for (const file of this.#files) {
      for (const node of file.nodes) {
        if (node.type !== 'CallExpression' && node.type !== 'NewExpression') continue;
        const name = calledName(node);
        if (name !== undefined) this.#calls.set(name, [...(this.#calls.get(name) ?? []), node]);
      }
    }
    for (const file of this.#files) for (const node of file.nodes) this.#visit(node);
    return [...this.#found.values()];
  }

  #visit(node: Node): void {
    if (node.type === 'ObjectExpression') {
      const inData = isFailureData(node);
      for (const property of node['properties'] as Node[]) {
        if (property.type !== 'Property') continue;
        const name = nameOf(property['key']) ?? '';
        if (textFields.has(name)) this.#keep(property['value'] as Node);
        if (inData && name === 'kind') this.#keep(property['value'] as Node, true);
      }
    }
    if (node.type === 'NewExpression' || node.type === 'CallExpression') {
      const position = wordsAt[calledOn(node)] ?? wordsAt[calledName(node) ?? ''];
      const value = position === undefined ? undefined : (node['arguments'] as Node[])[position];
      if (value) this.#keep(value);
    }
  }

  #keep(value: Node, ofKind = this.#ofKind): void {
    const before = this.#ofKind;
    this.#ofKind = ofKind;
    const texts = this.#textsOf(value);
    this.#ofKind = before;
    for (const found of texts) {
      if (ofKind) this.kinds.add(found.text);
      const key = `${found.node.file.path} ${found.text}`;
      if (!this.#found.has(key)) this.#found.set(key, found);
    }
  }

  /** The texts an expression can be. Where it is a parameter, the calls are followed. */
  #textsOf(node: Node): Found[] {
    if (this.#looking.has(node)) return [];
    this.#looking.add(node);
    const texts = this.#look(node);
    this.#looking.delete(node);
    return texts;
  }

  #look(node: Node): Found[] {
    switch (node.type) {
      case 'Literal':
        return typeof node['value'] === 'string' && node['value'] !== '' ? [{ text: node['value'], node }] : [];
      case 'TemplateLiteral':
        return this.#template(node);
      case 'ConditionalExpression':
        return [...this.#textsOf(node['consequent'] as Node), ...this.#textsOf(node['alternate'] as Node)];
      case 'LogicalExpression':
        return [...this.#textsOf(node['left'] as Node), ...this.#textsOf(node['right'] as Node)];
      case 'ParenthesizedExpression':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
      case 'AwaitExpression':
        return this.#textsOf((node['expression'] ?? node['argument']) as Node);
      case 'Identifier':
        return this.#name(node);
      case 'CallExpression':
        return this.#call(node);
      case 'MemberExpression':
        return this.#member(node);
      default:
        return [];
    }
  }

  #template(node: Node): Found[] {
    const parts = node['expressions'] as Node[];
    const texts = (node['quasis'] as { value: { cooked: string } }[]).map((quasi) => quasi.value.cooked);
    const text = texts.join('{}');
    if (text === '{}') return this.#textsOf(parts[0] as Node);
    // What is filled in may be words as well: they are looked up on their own.
    for (const part of parts) this.#keep(part);
    return /[^\s{}:;,.()"“”]/.test(text) ? [{ text, node }] : [];
  }

  #name(node: Node): Found[] {
    const binding = bindingOf(nameOf(node) ?? '', node);
    if (binding === undefined || 'declared' in binding) return [];
    if ('variable' in binding) {
      const scope = enclosingBlock(binding.variable);
      const later = node.file.nodes.filter((each) => each.type === 'AssignmentExpression' && nameOf(each['left']) === nameOf(node) && isBelow(each, scope));
      return [binding.variable['init'], ...later.map((each) => each['right'])].flatMap((value) => (value ? this.#textsOf(value as Node) : []));
    }
    this.#follow(binding.of, binding.parameter);
    return [];
  }

  #call(node: Node): Found[] {
    const callee = node['callee'] as Node;
    // A shortened or trimmed text is still the text.
    if (callee.type === 'MemberExpression' && ['slice', 'trim', 'toString'].includes(nameOf(callee['property']) ?? '')) return this.#textsOf(callee['object'] as Node);
    const fn = callee.type === 'Identifier' ? this.#functionNamed(nameOf(callee) ?? '', callee) : undefined;
    return fn === undefined ? [] : returnsOf(fn).flatMap((value) => this.#textsOf(value));
  }

  /** `table[key]` of a table of texts. */
  #member(node: Node): Found[] {
    const object = node['object'] as Node;
    const binding = object.type === 'Identifier' ? bindingOf(nameOf(object) ?? '', object) : undefined;
    if (node['computed'] !== true || binding === undefined || !('variable' in binding)) return [];
    const table = binding.variable['init'] as Node | undefined;
    return table?.type === 'ObjectExpression' ? (table['properties'] as Node[]).flatMap((property) => (property['value'] ? this.#textsOf(property['value'] as Node) : [])) : [];
  }

  #functionNamed(name: string, at: Node): Node | undefined {
    const binding = bindingOf(name, at);
    if (binding !== undefined) return functionIn(binding);
    const from = at.file.imports.get(name);
    const file = from && this.#files.find((each) => each.path === from.path);
    const top = file?.nodes[0];
    return from && file && top ? functionIn(bindingOf(from.name, firstBelow(top))) : undefined;
  }

  #follow(fn: Node, position: number): void {
    const known = this.#sinks.get(fn) ?? new Set();
    if (known.has(position)) return;
    this.#sinks.set(fn, known.add(position));
    for (const call of this.#callsOf(fn, position)) {
      const value = (call['arguments'] as Node[])[position];
      if (value) this.#keep(value);
    }
  }

  #callsOf(fn: Node, position: number): Node[] {
    const holder = fn.parent;
    if (fn.type === 'FunctionDeclaration') return this.#namedCalls(fn, nameOf(fn['id']));
    if (holder?.type === 'VariableDeclarator') return this.#namedCalls(fn, nameOf(holder['id']));
    if (holder?.type !== 'MethodDefinition' && holder?.type !== 'Property') return [];
    const name = nameOf(holder['key']) ?? '';
    if (name === 'constructor') return this.#constructionsOf(classOf(holder));
    // Whose method it is cannot be told from syntax: private ones stay in their file; of others every one of the name counts, where the parameter is called as such texts are.
    const shared = !name.startsWith('#');
    if (shared && !textFields.has(parameterName(fn, position))) return [];
    return (this.#calls.get(name) ?? []).filter((call) => (call['callee'] as Node).type === 'MemberExpression' && (shared || call.file === fn.file));
  }

  /** `new X(...)`, of classes made from it too, and `super(...)` where one of those has a constructor of its own. */
  #constructionsOf(declared: Node): Node[] {
    const name = nameOf(declared['id']);
    const below = this.#files.flatMap((file) => file.nodes.filter((node) => node.type === 'ClassDeclaration' && nameOf(node['superClass']) === name));
    return [
      ...this.#namedCalls(declared, name),
      ...below.flatMap((each) => {
        const own = ((each['body'] as Node)['body'] as Node[]).find((member) => nameOf(member['key']) === 'constructor');
        return own ? each.file.nodes.filter((node) => node.type === 'CallExpression' && (node['callee'] as Node).type === 'Super' && isBelow(node, own)) : this.#constructionsOf(each);
      })
    ];
  }

  /** Calls of a function or constructions of a class by its name, here and where it is imported. */
  #namedCalls(declared: Node, name: string | undefined): Node[] {
    return this.#files.flatMap((file) => {
      const local = file === declared.file ? name : [...file.imports].find(([, from]) => from.path === declared.file.path && from.name === name)?.[0];
      const calls = local === undefined ? [] : (this.#calls.get(local) ?? []).filter((call) => call.file === file && (call['callee'] as Node).type === 'Identifier');
      return calls.filter((call) => {
        const binding = bindingOf(local ?? '', call);
        return binding === undefined ? file !== declared.file : 'declared' in binding ? binding.declared === declared : functionIn(binding) === declared;
      });
    });
  }
}

/** `object.method`, for a method of something with a name of its own. */
function calledOn(node: Node): string {
  const callee = node['callee'] as Node;
  if (callee.type !== 'MemberExpression') return '';
  const object = callee['object'] as Node;
  const name = object.type === 'MemberExpression' ? nameOf(object['property']) : nameOf(object);
  return `${name?.replace('#', '')}.${nameOf(callee['property'])}`;
}

function calledName(node: Node): string | undefined {
  const callee = node['callee'] as Node;
  return callee.type === 'MemberExpression' ? nameOf(callee['property']) : nameOf(callee);
}

/** The third argument of `fail(CODE, message, data)` and of the constructors of failures. */
function isFailureData(node: Node): boolean {
  const call = node.parent;
  if (call?.type !== 'CallExpression' && call?.type !== 'NewExpression') return false;
  const values = call['arguments'] as Node[];
  return values[2] === node && values[0]?.type === 'Literal' && /^[A-Z_]+$/.test(String(values[0]['value']));
}

function functionIn(binding: ReturnType<typeof bindingOf>): Node | undefined {
  if (binding === undefined || 'parameter' in binding) return undefined;
  const node = 'declared' in binding ? binding.declared : (binding.variable['init'] as Node | undefined);
  return node && isFunction(node) ? node : undefined;
}

function returnsOf(fn: Node): Node[] {
  const body = fn['body'] as Node;
  if (body.type !== 'BlockStatement') return [body];
  return fn.file.nodes.filter((node) => node.type === 'ReturnStatement' && node['argument'] && enclosingFunction(node) === fn).map((node) => node['argument'] as Node);
}

function enclosingFunction(node: Node): Node | undefined {
  let at = node.parent;
  while (at !== undefined && !isFunction(at)) at = at.parent;
  return at;
}

function enclosingBlock(node: Node): Node {
  let at = node;
  while (at.parent !== undefined && at.type !== 'BlockStatement') at = at.parent;
  return at;
}

function isBelow(node: Node, above: Node): boolean {
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) if (at === above) return true;
  return false;
}

function classOf(method: Node): Node {
  return method.parent?.parent as Node;
}

function firstBelow(program: Node): Node {
  return (program['body'] as Node[])[0] ?? program;
}
