import type { z } from 'zod'
import { faultNames } from '../../../proto/catalogue/catalogue.ts'
import type { ComponentFeature } from '../../../proto/district.ts'
import type { Evidence } from '../../../proto/domain.ts'
import type { Case, CaseStep, EvidenceJson } from '../../../proto/http.ts'
import type { LedgerCase, LedgerStep } from './ledger.ts'

/** A case of the ledger as HTTP, MQTT and the live page show it, with the names of catalogue and register. */
export function caseJson(
  entry: LedgerCase,
  findComponent: (code: string) => ComponentFeature | undefined,
): Case {
  const { id, component, fault, gateway, episode, position, clearedMs } = entry
  const surveyed = findComponent(component)?.properties
  return {
    id,
    status: clearedMs === undefined ? 'reported' : 'cleared',
    open: clearedMs === undefined,
    component,
    ...(surveyed ? { componentName: surveyed.name, grid: surveyed.grid } : {}),
    fault,
    faultName: faultNames(fault),
    gateway,
    episode,
    raised: iso(entry.raisedMs),
    updated: iso(entry.updatedMs),
    ...(clearedMs === undefined ? {} : { cleared: iso(clearedMs) }),
    ...(position ? { position } : {}),
    evidence: evidenceJson(entry.evidence),
  }
}

export function stepJson({ step, timeMs, by, evidence }: LedgerStep): z.infer<typeof CaseStep> {
  return { step, time: iso(timeMs), by, evidence: evidenceJson(evidence) }
}

function evidenceJson(evidence: Evidence): EvidenceJson {
  const samples = evidence.samples.map(({ timeMs, value }) => ({ time: iso(timeMs), value }))
  return { ...evidence, samples }
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
