import type { EvidenceJson } from '../../../../proto/http.ts'
import { useWords } from '../i18n/language.tsx'
import { EvidenceChart } from './evidence-chart.tsx'
import { evidenceRows, ruleText } from './evidence-words.ts'

/** Why a sensor's case was raised: the rule in words, what it was judged by, and the samples. */
export function Evidence({ evidence }: { evidence: EvidenceJson }) {
  const words = useWords()
  const rows = evidenceRows(evidence, words)
  return (
    <>
      <p data-testid="evidence-rule">{ruleText(evidence, words)}</p>
      <EvidenceChart evidence={evidence} />
      {rows.length > 0 && (
        <dl className="facts facts-below" data-testid="evidence-context">
          {rows.map(({ key, label, value }) => (
            <div key={key} className="fact" data-context={key}>
              <dt>{label}</dt>
              <dd className="figures">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  )
}
