import { Alert, Progress, Tag } from 'antd'
import type { ReactNode } from 'react'
import type { GatewayHealth } from '../../../../proto/http.ts'
import { useWords } from '../i18n/language.tsx'
import { useNow } from '../shell/use-now.ts'
import { attentionWords, dataWords, isSameDataDay } from './attention-words.ts'

/** A gateway's health, what wants a person first. */
export function GatewayReport({ health, device }: { health: GatewayHealth; device: string }) {
  const { t } = useWords()
  return (
    <>
      {device !== health.gateway && <p className="quiet">{t.gateway.carries(device)}</p>}
      {!health.online && <Alert type="info" showIcon title={t.gateway.stale} />}
      <AttentionList health={health} />
      <Overview health={health} />
      <Section title={t.gateway.ports}>
        <Ports ports={health.ports} />
      </Section>
      <Section title={t.gateway.link}>
        <Link health={health} />
      </Section>
      <Section title={t.gateway.backlog}>
        <Backlog outbox={health.outbox} />
      </Section>
      <Section title={t.gateway.disk}>
        <Disk storage={health.storage} />
      </Section>
    </>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function AttentionList({ health }: { health: GatewayHealth }) {
  const words = useWords()
  if (health.attention.length === 0) return <Alert type="success" showIcon title={words.t.gateway.fine} />
  return (
    <ul className="attentions" aria-label={words.t.gateway.needs}>
      {health.attention.map((item) => {
        const { what, todo } = attentionWords(item, health, words)
        return (
          <li key={`${item.key} ${item.port ?? ''}`} data-testid="attention" data-key={item.key}>
            <Alert type="warning" showIcon title={what} description={todo} />
          </li>
        )
      })}
    </ul>
  )
}

function Overview({ health }: { health: GatewayHealth }) {
  const { t, q } = useWords()
  const nowMs = useNow(5000)
  const heardMs = Date.parse(health.receivedAt)
  return (
    <dl className="facts">
      <dt>{t.gateway.heard}</dt>
      <dd>
        {q.ago(heardMs, nowMs)} <span className="quiet">({q.moment(heardMs, nowMs)})</span>
      </dd>
      <dt>{t.gateway.madeAt}</dt>
      <dd>{q.moment(Date.parse(health.time), nowMs)}</dd>
      <dt>{t.gateway.clock}</dt>
      <dd>{t.gateway.clocks[health.timeSource]}</dd>
      <dt>{t.gateway.uptime}</dt>
      <dd>{q.duration(health.uptimeS)}</dd>
      <dt>{t.gateway.version}</dt>
      <dd>{health.version}</dd>
      <dt>{t.gateway.memory}</dt>
      <dd>{q.bytes(health.memoryBytes)}</dd>
    </dl>
  )
}

function Ports({ ports }: Pick<GatewayHealth, 'ports'>) {
  const { t } = useWords()
  if (ports.length === 0) return <p className="quiet">{t.gateway.noPorts}</p>
  return (
    <ul className="ports">
      {ports.map((port) => (
        <Port key={port.name} port={port} />
      ))}
    </ul>
  )
}

function Port({ port }: { port: GatewayHealth['ports'][number] }) {
  const { t, q } = useWords()
  const { name, path, state, detail, device, satellites, counters } = port
  const counted = Object.entries(counters)
  return (
    <li className="port" data-testid="port" data-port={name}>
      <p className="port-head">
        <strong>{name}</strong>
        <Tag className={state === 'open' ? 'tag-closed' : 'tag-open'}>{t.gateway.portStates[state]}</Tag>
      </p>
      <p className="quiet port-path">{path}</p>
      {detail !== undefined && <p className="note">{detail}</p>}
      <dl className="facts">
        {device !== undefined && <Fact name={t.gateway.device}>{device}</Fact>}
        {satellites && (
          <Fact name={t.gateway.satellites}>
            {satellites
              .map(({ system, used, inView }) => `${system} ${used ?? '—'}/${inView ?? '—'}`)
              .join('  ')}
          </Fact>
        )}
      </dl>
      {counted.length > 0 && (
        <details>
          <summary className="quiet">{t.gateway.counters}</summary>
          <dl className="facts">
            {counted.map(([counter, count]) => (
              <Fact key={counter} name={counter}>
                {q.number(count)}
              </Fact>
            ))}
          </dl>
        </details>
      )}
    </li>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Link({ health }: { health: GatewayHealth }) {
  const { t, q } = useWords()
  const nowMs = useNow(60_000)
  const { link } = health
  if (!link) return <p className="quiet">{t.gateway.noLink}</p>
  const { budgetBytes, dataBytes } = link
  const madeMs = Date.parse(health.time)
  const dataLabel = isSameDataDay(madeMs, nowMs) ? t.gateway.data : t.gateway.dataOn(q.day(madeMs))
  const share = budgetBytes ? dataBytes / budgetBytes : undefined
  return (
    <>
      <dl className="facts">
        <Fact name={t.gateway.breaks}>{q.number(link.breaks)}</Fact>
        <Fact name={t.gateway.connected}>{q.duration(link.connectedS)}</Fact>
        {link.acknowledgedMs !== undefined && (
          <Fact name={t.gateway.acknowledged}>{q.number(link.acknowledgedMs)} ms</Fact>
        )}
        {link.receiptedMs !== undefined && (
          <Fact name={t.gateway.receipted}>{q.number(link.receiptedMs)} ms</Fact>
        )}
        <Fact name={t.gateway.thinned}>{t.gateway.thinning(link.thinning, q.number(link.thinnedFixes))}</Fact>
        <Fact name={dataLabel}>
          <span data-testid="data-used">{dataWords(link, { gateway: t.gateway, q })}</span>
        </Fact>
      </dl>
      {share !== undefined && (
        <Progress
          percent={Math.min(100, share * 100)}
          status={share > 0.8 ? 'exception' : 'normal'}
          format={() => q.percent(share)}
          aria-label={dataLabel}
        />
      )}
      <p className="quiet">{t.gateway.sinceStart}</p>
    </>
  )
}

function Backlog({ outbox }: Pick<GatewayHealth, 'outbox'>) {
  const { t, q } = useWords()
  const dropped = Object.entries(outbox.dropped).filter(([, records]) => records > 0)
  const lanes = dropped.map(([lane, records]) => `${t.gateway.lanes[lane] ?? lane} ${q.number(records)}`)
  return (
    <dl className="facts">
      <Fact name={t.gateway.waiting}>
        {t.gateway.waitingOf(q.number(outbox.records), q.bytes(outbox.bytes))}
      </Fact>
      <Fact name={t.gateway.dropped}>{lanes.length > 0 ? lanes.join(' · ') : t.gateway.nothing}</Fact>
    </dl>
  )
}

function Disk({ storage }: { storage: GatewayHealth['storage'] }) {
  const { t, q } = useWords()
  if (!storage) return <p className="quiet">{t.gateway.noDisk}</p>
  const { state, detail, inMemory, setAside } = storage
  return (
    <dl className="facts">
      <Fact name={t.gateway.diskState}>
        {t.gateway.diskStates[state]}
        {detail !== undefined && <span className="quiet"> ({detail})</span>}
      </Fact>
      {inMemory > 0 && <Fact name={t.gateway.inMemory}>{t.gateway.records(q.number(inMemory))}</Fact>}
      {setAside > 0 && <Fact name={t.gateway.setAside}>{q.number(setAside)}</Fact>}
    </dl>
  )
}
