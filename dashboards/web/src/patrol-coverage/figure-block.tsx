import type { ReactNode } from 'react'
import type { Policy } from '../../../../proto/patrol-http.ts'
import { useWords } from '../i18n/language.tsx'
import { amountText, type Figure, policyText, whyText } from './figure.ts'
import { ShareBar } from './share-bar.tsx'

/** A figure with its parts, the formula behind it, and the text of its policy. */
export function FigureBlock(props: { figure: Figure; policy: Policy; more?: ReactNode }) {
  const words = useWords()
  const { t, q } = words
  const { figure, policy, more } = props
  const { coverage, cannotTell, all, done, unsure } = figure
  const left = Math.max(0, 1 - coverage - cannotTell)
  const amount = (value: number) => amountText(figure.policy, value, words)
  return (
    <section className="coverage-figure">
      <p className="big-figure">
        <strong data-testid="coverage-figure">{q.percent(coverage)}</strong>
        <span>{t.coverage.figures[figure.policy]}</span>
      </p>
      <ShareBar coverage={coverage} cannotTell={cannotTell} />
      <ul className="shares">
        <Share kind="covered" label={t.coverage.covered} ratio={coverage} amount={amount(done)} />
        <Share
          kind="uncovered"
          label={t.coverage.uncovered}
          ratio={left}
          amount={amount(Math.max(0, all - done - unsure))}
        />
        <Share kind="cannot-tell" label={t.coverage.cannotTell} ratio={cannotTell} amount={amount(unsure)} />
      </ul>
      <div className="why" data-testid="coverage-why">
        {whyText(figure, words).map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      <blockquote className="policy" data-testid="coverage-policy">
        <span className="policy-name">
          {t.coverage.policy}: {policy.id} · {t.coverage.version(policy.version)}
          {more}
        </span>
        {policyText(policy, words)}
      </blockquote>
    </section>
  )
}

function Share(props: { kind: string; label: string; ratio: number; amount: string }) {
  const { q } = useWords()
  const { kind, label, ratio, amount } = props
  return (
    <li data-testid={`share-${kind}`}>
      <span className={`swatch swatch-${kind}`} />
      <span className="share-label">{label}</span>
      <span className="quiet">{amount}</span>
      <span className="row-figure">{q.percent(ratio)}</span>
    </li>
  )
}
