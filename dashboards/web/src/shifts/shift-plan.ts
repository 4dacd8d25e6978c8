import type { ShiftPlan } from '../../../../proto/patrol-http.ts'

/** What the form has, before it is a plan. */
export interface ShiftDraft {
  device: string
  inspector?: string | undefined
  beat?: string | undefined
  /** Codes, parted by commas, spaces or new lines. */
  grids?: string | undefined
  fromMs: number
  toMs: number
  breaks: readonly { fromMs: number; toMs: number }[]
}

const GRID_CODE = /^\d{2,24}$/

export function gridCodes(text: string | undefined): { codes: string[]; wrong: string | undefined } {
  const codes = [...new Set((text ?? '').split(/[\s,，、;；]+/).filter(Boolean))]
  return { codes, wrong: codes.find((code) => !GRID_CODE.test(code)) }
}

export type DraftProblem = 'badTimes' | 'badBreak' | 'gridsOrBeat' | { badGrid: string }

/** The first thing that the hub would refuse; undefined: none. */
export function problemOf(draft: ShiftDraft): DraftProblem | undefined {
  const { fromMs, toMs, breaks, beat } = draft
  const { codes, wrong } = gridCodes(draft.grids)
  if (!(fromMs < toMs)) return 'badTimes'
  if (breaks.some((rest) => !(rest.fromMs < rest.toMs && rest.fromMs >= fromMs && rest.toMs <= toMs)))
    return 'badBreak'
  if (wrong !== undefined) return { badGrid: wrong }
  if ((beat === undefined) === (codes.length === 0)) return 'gridsOrBeat'
  return undefined
}

export function planOf(draft: ShiftDraft): ShiftPlan {
  const { device, inspector, beat, fromMs, toMs, breaks } = draft
  const iso = (timeMs: number) => new Date(timeMs).toISOString()
  const { codes } = gridCodes(draft.grids)
  return {
    device,
    ...(inspector?.trim() ? { inspector: inspector.trim() } : {}),
    ...(beat === undefined ? { grids: codes } : { beat }),
    from: iso(fromMs),
    to: iso(toMs),
    breaks: breaks.map((rest) => ({ from: iso(rest.fromMs), to: iso(rest.toMs) })),
  }
}
