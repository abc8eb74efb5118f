// The page's entry.
import { startOffline } from './engine/start';
import './elements/studio';

startOffline();
