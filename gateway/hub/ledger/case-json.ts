import type { z } from 'zod'
import type { Names } from '../../../proto/catalogue/catalogue.ts'
import type { ComponentFeature } from '../../../proto/district.ts'
import type { Evidence, Position } from '../../../proto/domain.ts'
import type { Case, CaseStep, EvidenceJson, ManualJson } from '../../../proto/http.ts'
import type { LedgerCase, LedgerStep } from './ledger.ts'

/** What the ledger itself does not know of a case. */
export interface CaseSurroundings {
  /** Of a kind of fault or problem, in the city's catalogue. */
  faultNames(fault: string): Names
  findComponent(code: string): ComponentFeature | undefined
  /** Code of the unit grid around a place. */
  gridAt(position: Position): string | undefined
  /** Numbers of the photos that can be shown. */
  photosHere(entry: LedgerCase): number[]
}

/** A case of the ledger as HTTP, MQTT and the live page show it, with the names of catalogue and register. */
export function caseJson(entry: LedgerCase, surroundings: CaseSurroundings): Case {
  const { id, component, fault, gateway, episode, timeSource, position, evidence, clearedMs } = entry
  const surveyed = component === undefined ? undefined : surroundings.findComponent(component)?.properties
  const grid = surveyed?.grid ?? (position && surroundings.gridAt(position))
  const manual = manualJson(entry, surroundings)
  return {
    id,
    status: clearedMs === undefined ? 'reported' : 'cleared',
    open: clearedMs === undefined,
    source: manual ? 'inspector' : 'sensor',
    ...(component === undefined ? {} : { component }),
    ...(surveyed ? { componentName: surveyed.name } : {}),
    ...(grid === undefined ? {} : { grid }),
    fault,
    faultName: surroundings.faultNames(fault),
    gateway,
    episode,
    raised: iso(entry.raisedMs),
    updated: iso(entry.updatedMs),
    ...(clearedMs === undefined ? {} : { cleared: iso(clearedMs) }),
    ...(timeSource === undefined ? {} : { timeSource }),
    ...(position ? { position } : {}),
    ...(evidence ? { evidence: evidenceJson(evidence) } : {}),
    ...(manual ? { manual } : {}),
  }
}

export function stepJson({ step, timeMs, by, evidence, manual }: LedgerStep): z.infer<typeof CaseStep> {
  return {
    step,
    time: iso(timeMs),
    by,
    ...(evidence ? { evidence: evidenceJson(evidence) } : {}),
    ...(manual ? { note: manual.note } : {}),
  }
}

function manualJson(entry: LedgerCase, { photosHere }: CaseSurroundings): ManualJson | undefined {
  return entry.manual && { ...entry.manual, photosHere: photosHere(entry) }
}

function evidenceJson(evidence: Evidence): EvidenceJson {
  const samples = evidence.samples.map(({ timeMs, value }) => ({ time: iso(timeMs), value }))
  return { ...evidence, samples }
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
