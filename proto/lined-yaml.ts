import { LineCounter, parseDocument } from 'yaml'

/** A YAML text with the place of every value in it, for mistakes that are told with their line. */
export interface LinedYaml {
  value: unknown
  /** What is no YAML, `line: message` each; `value` is of no use then. */
  mistakes: string[]
  /** The line of the node, or of the nearest one above it that is there. */
  lineOf(path: readonly PropertyKey[]): number
}

export function parseLinedYaml(text: string): LinedYaml {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const mistakes = document.errors.map(
    ({ pos, message }) => `${lines.linePos(pos[0]).line}: ${message.split('\n')[0]}`,
  )
  return {
    value: mistakes.length > 0 ? undefined : document.toJS(),
    mistakes,
    lineOf(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const node = document.getIn(path.slice(0, depth), true) as
          | { range?: [number, number, number] }
          | undefined
        if (node?.range) return lines.linePos(node.range[0]).line
      }
      return 1
    },
  }
}

/** Undefined where the path leads nowhere. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === 'object' ? Reflect.get(value, key) : undefined),
    root,
  )
}

/** `ports[0].baud` */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('')
}
