import { App as AntApp, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { useEffect } from 'react'
import { CaseNotices } from './cases/case-notices.tsx'
import { CasesView } from './cases/cases-view.tsx'
import { LanguageProvider, useWords } from './i18n/language.tsx'
import { LiveView } from './live/live-view.tsx'
import { LiveProvider } from './live/session.tsx'
import { MapButtons } from './map/map-buttons.tsx'
import { MapView } from './map/map-view.tsx'
import { MissedView } from './missed/missed-view.tsx'
import { CoverageView } from './patrol-coverage/coverage-view.tsx'
import { ReplayView } from './replay/replay-view.tsx'
import { ReportView } from './report/report-view.tsx'
import { useScreen } from './screen.ts'
import { CrashBarrier } from './shell/crash-barrier.tsx'
import { ShiftsView } from './shifts/shifts-view.tsx'
import { THEME } from './theme.ts'
import type { View } from './url-state.ts'

const VIEW_COMPONENTS: Record<Exclude<View, 'report'>, () => React.ReactNode> = {
  live: LiveView,
  replay: ReplayView,
  coverage: CoverageView,
  shifts: ShiftsView,
  missed: MissedView,
  cases: CasesView,
}

export function App() {
  return (
    <LanguageProvider>
      <LocalizedApp />
    </LanguageProvider>
  )
}

function LocalizedApp() {
  const { language, t } = useWords()
  dayjs.locale(language === 'zh' ? 'zh-cn' : 'en')
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
    document.title = language === 'zh' ? `${t.appName} gridpatrol` : t.appName
  }, [language, t])
  return (
    <ConfigProvider
      locale={language === 'zh' ? zhCN : enUS}
      theme={THEME}
      button={{ autoInsertSpace: false }}
    >
      <AntApp notification={{ maxCount: 4 }}>
        <CrashBarrier>
          <LiveProvider>
            <ChosenView />
            <CaseNotices />
          </LiveProvider>
        </CrashBarrier>
      </AntApp>
    </ConfigProvider>
  )
}

/** A report is paper: nothing lies under it, and a map that no one sees would still be drawn. */
function ChosenView() {
  const { view } = useScreen()
  if (view === 'report') return <ReportView />
  const Shown = VIEW_COMPONENTS[view]
  return (
    <MapView>
      <MapButtons />
      <Shown />
    </MapView>
  )
}
