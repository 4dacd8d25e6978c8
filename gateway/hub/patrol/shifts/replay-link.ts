import type { Span } from './patrol-plan.ts'

/** Time to see how it came about. */
const LEAD_IN_MS = 15_000

/** Address of the page's replay of a shift, playhead a little before the moment: as the page writes it itself. */
export function replayLink({ device, fromMs, toMs }: Span & { device: string }, momentMs: number): string {
  const atMs = Math.min(Math.max(fromMs, momentMs - LEAD_IN_MS), toMs)
  const params = new URLSearchParams({
    view: 'replay',
    device,
    from: timeText(fromMs),
    to: timeText(toMs),
    at: timeText(atMs),
  })
  // Colons are legal in a query and far easier to read (RFC 3986 §3.4).
  return `/?${params.toString().replaceAll('%3A', ':')}`
}

const timeText = (timeMs: number): string => new Date(timeMs).toISOString().replace('.000Z', 'Z')
