import type { Finding } from '../../../../proto/patrol-http.ts'
import { useWords } from '../i18n/language.tsx'
import { go, linkTo } from '../screen.ts'
import { Icon } from '../shell/icons.tsx'
import { readState } from '../url-state.ts'
import { evidenceRows } from './finding-evidence.ts'

/** Findings with what they rest on, each with its way to the replay of that moment. */
export function FindingList(props: { findings: readonly Finding[]; chosen: string | undefined }) {
  const words = useWords()
  const { t, q, language } = words
  const { findings, chosen } = props
  return (
    <section data-testid="findings">
      <h3>
        {t.shifts.findings} <span className="count">{findings.length}</span>
      </h3>
      {findings.length === 0 ? (
        <p className="quiet">{t.shifts.findingsNone}</p>
      ) : (
        <p className="quiet">{t.shifts.findingsNote}</p>
      )}
      <ul className="findings">
        {findings.map((finding) => {
          const { id, kind, from, to, text } = finding
          return (
            <li
              key={id}
              className={id === chosen ? 'finding finding-chosen' : 'finding'}
              data-testid="finding"
            >
              <header className="section-head">
                <button
                  type="button"
                  className="plain-link finding-kind"
                  aria-current={id === chosen}
                  onClick={() => go({ item: id === chosen ? undefined : id }, 'replace')}
                >
                  {t.shifts.kinds[kind]}
                </button>
                <span className="quiet figures">
                  {q.clock(Date.parse(from))} – {q.clock(Date.parse(to))}
                </span>
              </header>
              <p>{text[language]}</p>
              <dl className="facts" aria-label={t.shifts.evidence}>
                {evidenceRows(finding.evidence, words).map(({ label, value }) => (
                  <div key={label} className="fact">
                    <dt>{label}</dt>
                    <dd className="figures">{value}</dd>
                  </div>
                ))}
              </dl>
              <a className="with-icon" data-testid="finding-replay" {...linkTo(replayOf(finding))}>
                <Icon name="track" />
                {t.coverage.replayThen}
              </a>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** The hub names the address; what of it this page does not know is left out. */
function replayOf({ replay, device, from, to }: Finding) {
  const state = readState(replay.slice(replay.indexOf('?')))
  const { fromMs = Date.parse(from), toMs = Date.parse(to), atMs = Date.parse(from) } = state
  return {
    view: 'replay' as const,
    device: state.device ?? device,
    devices: state.devices,
    fromMs,
    toMs,
    atMs,
    item: undefined,
  }
}
