package oktasim
import ("testing";"fmt";"time";"net/http/httptest")
func TestSmoke(t *testing.T){
 t0:=time.Now(); o:=New(Options{}); fmt.Println(time.Since(t0))
 c:=map[string]int{}
 for i,p:=range o.People(){c[p.Status]++; if i>40&&i<70 {fmt.Println(p.Login,p.FirstName,p.LastName,p.Title,p.Groups,p.Roles)}}
 fmt.Println(c)
 for _,s:=range statuses(){fmt.Printf("%+v\n",o.FirstWith(s))}
 fmt.Println(o.Staff(), o.TokenOwner(), o.Token())
 for _,p:=range []string{"/api/v1/users/me","/api/v1/users/ann.vo","/api/v1/users?limit=1&q=ann","/api/v1/users/"+o.LimitedAdmin("APP_ADMIN").ID+"/roles?expand=targets/catalog/apps","/api/v1/users/"+o.AdminWith("CUSTOM").ID+"/roles","/api/v1/users/"+o.FirstWith("ACTIVE").ID+"/groups","/api/v1/users/"+o.FirstWith("ACTIVE").ID+"/factors","/api/v1/users?search=profile.lastName+sw+%22vo%22&limit=1"}{
  r:=httptest.NewRequest("GET","http://org.example.com"+p,nil); r.Header.Set("Authorization","SSWS "+o.Token())
  w:=httptest.NewRecorder(); o.ServeHTTP(w,r); fmt.Println(w.Code,w.Header(),w.Body)
 }
 t0=time.Now(); o=New(Options{People:100000}); fmt.Println(time.Since(t0))
}
