// fanbench: protocol-agnostic fan-out load generator for realtime servers (WebSocket, SSE).
//
// Opens N subscriber connections, waits until each is subscribed, then counts messages by a marker in
// the byte stream, so it measures every protocol in the same way (server-to-client frames are not
// masked). The marker is MK:<16 hex digits of CLOCK_MONOTONIC ns>: the publisher writes it, and the
// difference at arrival is the end-to-end latency. A built-in HTTP publisher works with servers whose
// publish request is static.
//
//   fanbench --port P --conns N --open FILE [--sub FILE] --ready STR
//            [--pub FILE --pub-port P --msgs M --lead L --rate R --window W]
//            [--expect TOTAL] [--timeout S] [--hold S] [--pid PID ...]
//
// --open    FILE with the raw bytes that are sent after connecting
// --sub     FILE with text that is sent after the 101, as one masked WebSocket frame per line
// --pub     FILE with the raw HTTP request, with @@TS@@ in place of the 16 hex digits
//           (@@I@@ in --open and --sub is replaced by the connection number)
// --lead    publishes L messages before the M that are measured, to exclude the cost of connecting
// --hold    keeps the idle connections for S seconds
// --window  limits the number of publishes without a response
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec*1000000000ull+t.tv_nsec;}
static char *slurp(const char *p){FILE*f=fopen(p,"rb");if(!f){perror(p);exit(2);}static char b[1<<20];size_t n=fread(b,1,sizeof b-1,f);b[n]=0;fclose(f);return strdup(b);}
static char *subst(const char *s,const char *k,const char *v){size_t cap=strlen(s)+256,o=0,kl=strlen(k);char*r=malloc(cap*2);while(*s){if(!strncmp(s,k,kl)){o+=sprintf(r+o,"%s",v);s+=kl;}else r[o++]=*s++;}r[o]=0;return r;}
static uint64_t parsehex(const char*p){uint64_t v=0;for(int i=0;i<16;i++){char c=p[i];v=v<<4|(c<='9'?c-'0':(c|32)-'a'+10);}return v;}

typedef struct {int fd,state;int rdy;int mk;char hex[16];int hexn;uint64_t got;} Conn;
#define NB 4000
static uint64_t hist[NB]; // 400 linear buckets in each power of ten of microseconds
static int bucket(uint64_t ns){double us=ns/1000.0;if(us<1)us=1;int b=0;double x=us;while(x>=10&&b<9){x/=10;b++;}int k=(int)((x-1)/9*400);if(k>399)k=399;return b*400+k;}
static double bval(int i){double base=1;for(int j=0;j<i/400;j++)base*=10;return base*(1+9.0*((i%400)+0.5)/400);}
static double pct(uint64_t tot,double p){uint64_t c=0;for(int i=0;i<NB;i++){c+=hist[i];if(c>=tot*p&&c)return bval(i)/1000;}return 0;}

static int npid;static int pids[16];
static void cpu(double*u,double*s,double*rss){*u=*s=*rss=0;for(int i=0;i<npid;i++){char p[64],b[2048];sprintf(p,"/proc/%d/stat",pids[i]);FILE*f=fopen(p,"r");if(!f)continue;size_t n=fread(b,1,sizeof b-1,f);b[n]=0;fclose(f);char*q=strrchr(b,')')+2;unsigned long ut,st;long rs;sscanf(q,"%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %*u %*u %ld",&ut,&st,&rs);double h=sysconf(_SC_CLK_TCK);*u+=ut/h;*s+=st/h;*rss+=rs*sysconf(_SC_PAGESIZE)/1048576.0;}}

static void wsframe(int fd,const char*t){size_t n=strlen(t),o=0;unsigned char*b=malloc(n+16);b[o++]=0x81;if(n<126)b[o++]=0x80|n;else{b[o++]=0x80|126;b[o++]=n>>8;b[o++]=n&255;}unsigned char m[4]={1,2,3,4};memcpy(b+o,m,4);o+=4;for(size_t i=0;i<n;i++)b[o++]=t[i]^m[i&3];if(write(fd,b,o)!=(ssize_t)o)perror("write sub");free(b);}
static int dial(int port,int nb){int fd=socket(AF_INET,SOCK_STREAM,0);struct sockaddr_in a={.sin_family=AF_INET,.sin_port=htons(port)};
 // spread source addresses over 127.0.0.0/8 so that ephemeral ports do not run out
 static int k;struct sockaddr_in s={.sin_family=AF_INET};char ip[32];sprintf(ip,"127.0.%d.%d",(k/20000)&255,2);k++;inet_pton(AF_INET,ip,&s.sin_addr);int one=1;setsockopt(fd,IPPROTO_IP,24/*IP_BIND_ADDRESS_NO_PORT*/,&one,sizeof one);if(nb)bind(fd,(void*)&s,sizeof s);
 inet_pton(AF_INET,"127.0.0.1",&a.sin_addr);if(connect(fd,(void*)&a,sizeof a)){perror("connect");exit(3);}setsockopt(fd,IPPROTO_TCP,TCP_NODELAY,&one,sizeof one);if(nb)fcntl(fd,F_SETFL,O_NONBLOCK);return fd;}

int main(int c,char**v){int port=0,n=100,pport=0;long msgs=0,lead=0,rate=0,window=64,expect=0;double tmo=60,hold=0;char*open_=0,*sub=0,*ready=0,*pub=0;
 for(int i=1;i<c;i++){char*a=v[i];
#define S(x) !strcmp(a,x)
  if(S("--port"))port=atoi(v[++i]);else if(S("--conns"))n=atoi(v[++i]);else if(S("--open"))open_=slurp(v[++i]);else if(S("--sub"))sub=slurp(v[++i]);else if(S("--ready"))ready=v[++i];else if(S("--pub"))pub=slurp(v[++i]);else if(S("--pub-port"))pport=atoi(v[++i]);else if(S("--msgs"))msgs=atol(v[++i]);else if(S("--lead"))lead=atol(v[++i]);else if(S("--rate"))rate=atol(v[++i]);else if(S("--window"))window=atol(v[++i]);else if(S("--expect"))expect=atol(v[++i]);else if(S("--timeout"))tmo=atof(v[++i]);else if(S("--hold"))hold=atof(v[++i]);else if(S("--pid"))pids[npid++]=atoi(v[++i]);else{fprintf(stderr,"unknown option %s\n",a);return 2;}}
 struct rlimit rl={1<<20,1<<20};setrlimit(RLIMIT_NOFILE,&rl);
 if(!pport)pport=port;int ep=epoll_create1(0);Conn*cs=calloc(n,sizeof*cs);double u0,s0,r0;cpu(&u0,&s0,&r0);
 uint64_t t0=now_ns();int opened=0,readyn=0,dead=0;char*buf=malloc(1<<20);size_t rl_=ready?strlen(ready):0;
 uint64_t total=0,first=0,last=0,bytes=0;int pfd=-1;long sent=0,acked=0;uint64_t pstart=0,mstart=0;int led=0;char*ptmpl=pub;char*ts=pub?strstr(ptmpl,"@@TS@@"):0;char*preq=0;size_t plen=0;
 if(pub){preq=subst(pub,"@@TS@@","0000000000000000");plen=strlen(preq);}
 size_t tsoff=ts?ts-ptmpl:0;int pm=0;const char*pmk="HTTP/1.1 ";long bad=0;double u1=0,s1=0,r1=0;int phase=0;uint64_t tready=0;
 int inflight_open=0;long pconn=0;
 for(;;){uint64_t t=now_ns();
  // open in small batches so that the accept queue keeps up
  while(opened<n&&inflight_open<64){Conn*k=&cs[opened];k->fd=dial(port,1);char id[16];sprintf(id,"%d",opened);char*o=subst(open_,"@@I@@",id);if(write(k->fd,o,strlen(o))<0)perror("w");free(o);struct epoll_event e={EPOLLIN,{.u32=opened}};epoll_ctl(ep,EPOLL_CTL_ADD,k->fd,&e);opened++;inflight_open++;}
  if(phase==0&&readyn==n){phase=1;tready=now_ns();cpu(&u1,&s1,&r1);printf("connected=%d in %.2fs  conn_cpu_us=%.1f  rss_mb=%.1f (+%.1f KB/conn)\n",n,(tready-t0)/1e9,(u1-u0+s1-s0)*1e6/n,r1,(r1-r0)*1024/n);fflush(stdout);
    if(hold>0){/* idle hold */ usleep(hold*1e6);cpu(&u1,&s1,&r1);printf("after hold rss_mb=%.1f (+%.1f KB/conn)\n",r1,(r1-r0)*1024/n);}
    if(pub){pfd=dial(pport,0);fcntl(pfd,F_SETFL,O_NONBLOCK);struct epoll_event e={EPOLLIN,{.u32=0xffffffff}};epoll_ctl(ep,EPOLL_CTL_ADD,pfd,&e);}
    pstart=mstart=now_ns();if(!expect)expect=(long)n*msgs;}
  if(phase==1&&pub){for(;;){if(sent>=msgs+lead||sent-acked>=window)break;
    // servers cap requests per keep-alive connection: renew the publisher connection every 100 requests, once all are answered
    if(sent&&sent%100==0&&pconn!=sent){if(acked<sent)break;epoll_ctl(ep,EPOLL_CTL_DEL,pfd,0);close(pfd);pfd=dial(pport,0);fcntl(pfd,F_SETFL,O_NONBLOCK);struct epoll_event pe={EPOLLIN,{.u32=0xffffffff}};epoll_ctl(ep,EPOLL_CTL_ADD,pfd,&pe);pconn=sent;pm=0;}uint64_t nw=now_ns();if(rate&&(double)(nw-pstart)/1e9*rate<sent)break;char h[17];sprintf(h,"%016llx",(unsigned long long)nw);memcpy(preq+tsoff,h,16);size_t o=0;while(o<plen){ssize_t w=write(pfd,preq+o,plen-o);if(w>0)o+=w;else if(errno!=EAGAIN){perror("pub");return 4;}}sent++;}}
  struct epoll_event ev[512];int to=1;int k=epoll_wait(ep,ev,512,to);
  for(int i=0;i<k;i++){uint32_t id=ev[i].data.u32;if(id==0xffffffff){ssize_t g=read(pfd,buf,1<<20);if(g<0&&(errno==EAGAIN||errno==EINTR))continue;
    if(g<=0){if(acked<sent){fprintf(stderr,"the server closed the publisher's connection with %ld of %ld unanswered: %s\n",sent-acked,sent,g?strerror(errno):"end of stream");return 4;}
     epoll_ctl(ep,EPOLL_CTL_DEL,pfd,0);close(pfd);pfd=dial(pport,0);fcntl(pfd,F_SETFL,O_NONBLOCK);struct epoll_event pe={EPOLLIN,{.u32=0xffffffff}};epoll_ctl(ep,EPOLL_CTL_ADD,pfd,&pe);pm=0;continue;}for(ssize_t j=0;j<g;j++){if(buf[j]==pmk[pm]){if(!pmk[++pm]){acked++;pm=0;if(j+1<g&&buf[j+1]!='2'){bad++;if(bad<3){fwrite(buf+j,1,g-j>300?300:g-j,stderr);fputc('\n',stderr);}}}}else pm=buf[j]==pmk[0];}continue;}
   Conn*q=&cs[id];
   for(;;){ssize_t g=read(q->fd,buf,(1<<20)-1);if(g<0){if(errno==EAGAIN)break;g=0;}if(g==0){dead++;if(dead<4)fprintf(stderr,"conn %u closed by server (state %d)\n",id,q->state);epoll_ctl(ep,EPOLL_CTL_DEL,q->fd,0);close(q->fd);if(!q->rdy){fprintf(stderr,"closed before it was subscribed\n");return 5;}break;}
    if(!q->rdy){buf[g]=0;if(q->state==0&&sub&&memmem(buf,g," 101",4)){q->state=1;char num[16];sprintf(num,"%u",id);char*x=subst(sub,"@@I@@",num);for(char*l=strtok(x,"\n");l;l=strtok(0,"\n"))wsframe(q->fd,l);free(x);}
      else if(q->state==0&&!memmem(buf,g," 101",4)&&!memmem(buf,g," 200",4)){fwrite(buf,1,g>400?400:g,stderr);fprintf(stderr,"\nunexpected response\n");return 6;} else q->state=1;
      if(memmem(buf,g,ready,rl_)){q->rdy=1;readyn++;inflight_open--;}
      if(phase==0)continue;}
    uint64_t tn=now_ns();char*b=buf,*end=buf+g;bytes+=g;
    while(b<end){ // the match continues over several reads
      if(q->mk<3){static const char M[]="MK:";if(q->mk==0){b=memchr(b,'M',end-b);if(!b)break;b++;q->mk=1;continue;}if(*b==M[q->mk]){q->mk++;b++;if(q->mk==3)q->hexn=0;}else q->mk=0;}
      else{q->hex[q->hexn++]=*b++;if(q->hexn==16){q->mk=0;uint64_t s=parsehex(q->hex);total++;q->got++;if(!first)first=tn;last=tn;if(tn>s)hist[bucket(tn-s)]++;
       if(lead&&!led&&total==(uint64_t)n*lead){led=1;total=bytes=0;memset(hist,0,sizeof hist);mstart=tn;cpu(&u1,&s1,&r1);}}}}
    if(g<(1<<20)-1)break;}}
  if(phase==1&&expect&&(!lead||led)&&(long)total>=expect)break;
  if((t-t0)/1e9>tmo&&phase==0){fprintf(stderr,"timeout while connecting: ready %d of %d\n",readyn,n);return 7;}
  if(phase==1&&t>tready&&(t-tready)/1e9>tmo){// distinguish one stopped connection from many that missed messages
    uint64_t most=0,least;int lacking=0;for(int i=0;i<n;i++)if(cs[i].got>most)most=cs[i].got;
    least=most;for(int i=0;i<n;i++)if(cs[i].got<most){lacking++;if(cs[i].got<least)least=cs[i].got;}
    printf("TIMEOUT (%d of %d got less than others: %lu to %lu) ",lacking,n,(unsigned long)least,(unsigned long)most);break;}}
 double u2,s2,r2;cpu(&u2,&s2,&r2);double el=(last-mstart)/1e9;
 printf("delivered=%llu of %ld in %.3fs  rate=%.0f/s  server_cpu_us_per_delivery=%.3f (user %.3f sys %.3f)  cpu=%.2fs  bytes_per_delivery=%.1f  p50=%.2fms p95=%.2fms p99=%.2fms max=%.2fms  rss_mb=%.1f  pub_acked=%ld bad=%ld closed=%d\n",(unsigned long long)total,expect,el,total/el,(u2-u1+s2-s1)*1e6/(total?total:1),(u2-u1)*1e6/(total?total:1),(s2-s1)*1e6/(total?total:1),u2-u1+s2-s1,(double)bytes/(total?total:1),pct(total,.5),pct(total,.95),pct(total,.99),pct(total,.99999),r2,acked,bad,dead);
 return (long)total>=expect&&!bad?0:1;}
