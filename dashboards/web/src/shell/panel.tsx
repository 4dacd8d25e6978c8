import { Segmented } from 'antd'
import type { ReactNode } from 'react'
import { rememberLanguage, useWords } from '../i18n/language.tsx'
import { go, useScreen } from '../screen.ts'
import { VIEWS } from '../url-state.ts'
import { ConnectionChip } from './connection-chip.tsx'

/** A report is a page of its own. */
const TABS = VIEWS.filter((view) => view !== 'report')

/** The side panel: name, language, views, and below them what the present view shows. */
export function Panel({ children }: { children: ReactNode }) {
  const { t } = useWords()
  const { view } = useScreen()
  return (
    <main className="panel" data-testid="panel">
      <header className="panel-head">
        <Brand />
        <LanguageSwitch />
      </header>
      <Segmented
        block
        size="large"
        className="views"
        aria-label={t.appName}
        value={view}
        onChange={(chosen) => go({ view: chosen })}
        options={TABS.map((value) => ({
          value,
          label: <span data-testid={`view-${value}`}>{t.views[value]}</span>,
        }))}
      />
      <div className="panel-body" key={view}>
        <h1 className="hidden">{t.viewTitles[view]}</h1>
        {children}
      </div>
      <footer className="panel-foot">
        <ConnectionChip />
      </footer>
    </main>
  )
}

function Brand() {
  const { t } = useWords()
  return (
    <div className="brand">
      <img src="/favicon.svg" alt="" width="34" height="34" />
      <div>
        <div className="brand-name">{t.appName}</div>
        <div className="brand-note">{t.appSubtitle}</div>
      </div>
    </div>
  )
}

function LanguageSwitch() {
  const { t, language } = useWords()
  const other = language === 'zh' ? 'en' : 'zh'
  return (
    <button
      type="button"
      className="language"
      lang={other === 'zh' ? 'zh-CN' : 'en'}
      title={t.switchLanguage}
      data-testid="language"
      onClick={() => {
        rememberLanguage(other)
        go({ language: other }, 'replace')
      }}
    >
      {t.otherLanguage}
    </button>
  )
}
