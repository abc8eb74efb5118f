// The entry of the page about Rspamd's scores.
import { startOffline } from '../engine/start';
import './scores';

startOffline();
