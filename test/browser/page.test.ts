/**
 * The page in a real Chromium, against the real service. One service and one browser for all of them: each test
 * has its own orders and its own browser context. The tests that stop the database come last.
 */
import { after, before, describe } from 'node:test';
import { launchBrowser } from '../support/browser.ts';
import { startTestService } from '../support/service.ts';
import { accessTests } from './access.ts';
import { contentsTests } from './contents.ts';
import { failureTests } from './failures.ts';
import { hostileTests } from './hostile.ts';
import { navigationTests } from './navigation.ts';
import { orderTests } from './order.ts';
import { repairTests } from './repair.ts';
import { searchTests } from './search.ts';
import { stabilityTests } from './stability.ts';
import type { Setting } from './visit.ts';
import { watchingTests } from './watching.ts';

describe('page', { concurrency: false }, () => {
  const setting = {} as Setting;
  before(async () => {
    // One after the other: what has started is ended, also when the next does not.
    setting.browser = await launchBrowser();
    setting.service = await startTestService({ ownDatabase: true });
  });
  after(async () => {
    await setting.browser?.close();
    await setting.service?.stop();
  });
  orderTests(setting);
  contentsTests(setting);
  searchTests(setting);
  navigationTests(setting);
  accessTests(setting);
  hostileTests(setting);
  watchingTests(setting);
  stabilityTests(setting);
  repairTests(setting);
  failureTests(setting);
});
