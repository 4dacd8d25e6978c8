import type { Case, CaseWithSteps, EvidenceJson } from '../../proto/http.ts'

/** Cases as lines for a terminal. Notes hold no control characters but line feeds: the wire refuses others. */

export function caseLine(one: Case): string {
  const { id, status, raised, cleared, fault, faultName, source } = one
  const until = cleared === undefined ? '' : ` to ${cleared}`
  const what = `${fault} ${faultName.zh}${source === 'inspector' ? ' (by hand)' : ''}`
  return `${id}  ${status.padEnd(8)}  ${raised}${until}  ${what}  ${where(one)}`
}

/** The case, what a person wrote of it, and its steps. */
export function caseLines(one: CaseWithSteps): string[] {
  const lines = [caseLine(one)]
  if (one.manual) {
    const { by, note, photos, photosHere } = one.manual
    lines.push(
      `  reported by ${by ?? 'an inspector'} at ${one.gateway}; photos here: ${photosHere.length} of ${photos}`,
    )
    if (note !== '') lines.push(...note.split('\n').map((line) => `  | ${line}`))
  }
  for (const { step, time, by, evidence } of one.steps)
    lines.push(`  ${time}  ${step.padEnd(7)}  by ${by}  ${evidence ? measured(evidence) : ''}`.trimEnd())
  return lines
}

function where({ component, componentName, position, grid }: Case): string {
  if (component !== undefined)
    return componentName === undefined ? component : `${component} ${componentName}`
  if (!position) return 'no position'
  const place = `${position.lat.toFixed(5)},${position.lon.toFixed(5)}`
  return grid === undefined ? place : `${place} in ${grid}`
}

function measured({ metric, samples, raise, clear, rule }: EvidenceJson): string {
  const last = samples.at(-1)
  return `${metric}${last ? ` ${last.value}` : ''} (${rule}: raise ${raise}, clear ${clear})`
}
