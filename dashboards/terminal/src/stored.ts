/** What this browser remembers; storage may be forbidden, the page works without. */
const PREFIX = 'gridpatrol.terminal.'

export function stored(name: string): string | undefined {
  try {
    return window.localStorage.getItem(PREFIX + name) ?? undefined
  } catch {
    return undefined
  }
}

export function store(name: string, value: string): void {
  try {
    window.localStorage.setItem(PREFIX + name, value)
  } catch {}
}
