import type { ShiftReport } from '../../../../proto/patrol-http.ts'
import { useWords } from '../i18n/language.tsx'
import { policyText } from '../patrol-coverage/figure.ts'

/** The integrity score with what was taken off and why, and the rule that takes it off. */
export function Integrity({ integrity }: Pick<ShiftReport, 'integrity'>) {
  const words = useWords()
  const { t, q, language } = words
  const { score, reasons, policy } = integrity
  return (
    <section data-testid="integrity">
      <h3>
        {t.shifts.integrity} <span className="count">{t.shifts.integrityOf(q.number(score))}</span>
      </h3>
      {reasons.length === 0 ? (
        <p className="quiet">{t.shifts.noReasons}</p>
      ) : (
        <ul className="reasons" aria-label={t.shifts.reasons}>
          {reasons.map(({ kind, points, text }) => (
            <li key={kind}>
              <span>
                <strong>{t.shifts.kinds[kind]}</strong> {text[language]}
              </span>
              <span className="figures failed">
                {t.shifts.points(q.number(points, Number.isInteger(points) ? 0 : 1))}
              </span>
            </li>
          ))}
        </ul>
      )}
      <blockquote className="policy">
        <span className="policy-name">
          {t.coverage.policy}: {policy.id} · {t.coverage.version(policy.version)}
        </span>
        {policyText(policy, words)}
      </blockquote>
    </section>
  )
}
